import AssetBundle
import BatchModel
import Core
import Files
import GitRepository
import StrictJSON

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Drafts manifests from images: ids that are free, names from the files' names, and nothing that `run` would refuse.
package struct Drafting: Sendable {
  /// What a draft is made from.
  package struct Request: Sendable {
    /// Images and folders, as named.
    package var inputs: [String]
    /// The working directory, absolute.
    package var directory: String
    package var category: String?
    /// The score of every image; nil leaves it to be filled in, which only a sheet can.
    package var score: Double?
    package var batch: String?
    package var prefix: String?
    package var excluded: [String]
    /// The file that the draft is written to: paths are right from there. Nil for standard output.
    package var output: String?
    /// The local date, such as `2026-11-27`.
    package var date: String

    package init(
      inputs: [String], directory: String, category: String? = nil, score: Double? = nil,
      batch: String? = nil, prefix: String? = nil, excluded: [String] = [], output: String? = nil,
      date: String
    ) {
      self.inputs = inputs
      self.directory = directory
      self.category = category
      self.score = score
      self.batch = batch
      self.prefix = prefix
      self.excluded = excluded
      self.output = output
      self.date = date
    }
  }

  /// A drafted asset.
  package struct Asset: Hashable, Sendable {
    package var id: String
    package var path: String
    package var name: String?
    package var category: String?
    package var score: Double?
  }

  package struct Draft: Sendable {
    package var batchID: String
    package var assets: [Asset]
    package var notes: [String]
  }

  private let configuration: Configuration
  /// Ids of assets in the ledger and at the tip, and of batches.
  private let assets: Set<String>
  private let batches: Set<String>

  /// Looks at the project around a folder, if there is one: which ids its ledger and its branch's tip know.
  package static func open(_ address: ProjectAddress) async throws -> Drafting {
    let configuration: Configuration
    do { configuration = try Project.configuration(address, .init()) } catch let fault as Fault
      where fault.kind == .noRepository
    {
      configuration = try Configuration.load(file: nil, environment: address.environment)
    }
    var assets: Set<String> = []
    var batches: Set<String> = []
    do throws(Fault) {
      let project = try Project.open(address, .reading)
      batches = Set(try await project.batches().map { $0.batch.lowercased() })
      assets = Set(try await project.knownAssets().map(\.text))
      await project.close()
    } catch {
      guard error.kind == .noLedger || error.kind == .noRepository else { throw error }
    }
    if let repository = try? GitRepository.discover(
      from: address.directory, environment: address.environment)
    {
      assets.formUnion(try TipAssets.ids(in: repository, branch: configuration.commit.branch))
    }
    return Drafting(configuration: configuration, assets: assets, batches: batches)
  }

  /// Drafts, or tells everything that `run` would refuse.
  package func draft(_ request: Request, isSheet: Bool = false) throws -> Draft {
    let found = try InputImages(
      request.inputs, in: request.directory, categories: configuration.layout.categories,
      excluding: request.excluded)
    let names = DraftedNames(prefix: request.prefix ?? configuration.drafts.prefix)
    let ids = try ids(for: found.images, names)
    let base = try Self.folder(of: request.output, in: request.directory)
    var drafted: [Asset] = []
    for (image, id) in zip(found.images, ids) {
      let path = try Self.path(of: image, from: base, isStandardOutput: request.output == nil)
      let stem = ImageStem(path: image.path).text
      drafted.append(
        Asset(
          id: id, path: path, name: names.name(inStem: stem), category: image.category ?? request.category,
          score: request.score))
    }
    if request.score == nil, !isSheet { throw Faults([.draftWithoutScore(found.images.map(\.path))]) }
    let folder = found.images.first.map { Self.folderName($0, request.directory) } ?? ""
    let draft = Draft(
      batchID: request.batch
        ?? DraftedNames.batchID(folder: folder, date: request.date) { batches.contains($0.lowercased()) },
      assets: drafted, notes: found.notes + Self.notes(on: found.images, outsideOfTreeAround: base))
    try check(draft, base: base)
    return draft
  }

  /// The ids of images: those that their files' names give, and for the others numbers after the highest known.
  private func ids(for images: [InputImages.Image], _ names: DraftedNames) throws(Faults) -> [String] {
    let given = images.map { names.id(inStem: ImageStem(path: $0.path).text) }
    var first: [String: String] = [:]
    var faults: [Fault] = []
    for (image, id) in zip(images, given) {
      guard let id else { continue }
      if let before = first[id.lowercased()] {
        faults.append(.draftIDTwice(id, one: before, other: image.path))
      }
      first[id.lowercased()] = image.path
    }
    guard faults.isEmpty else { throw Faults(faults) }
    var highest = (assets.union(given.compactMap { $0 })).compactMap(names.number).max() ?? 0
    return given.map { id in
      if let id { return id }
      highest += 1
      return "\(names.prefix)-\(highest)"
    }
  }

  /// Has the manifest's own reader look at the draft.
  private func check(_ draft: Draft, base: String) throws(Faults) {
    var checked = draft
    for index in checked.assets.indices where checked.assets[index].score == nil {
      checked.assets[index].score = 100
    }
    _ = try checked.manifest.manifest(relativeTo: base, under: configuration)
  }

  // MARK: - Paths

  /// Names the images that lie outside of the working tree in which the draft lies.
  private static func notes(
    on images: [InputImages.Image], outsideOfTreeAround base: String
  ) -> [String] {
    guard let top = SurroundingTree.around(realPath(base) ?? base)?.top else { return [] }
    let outside = images.filter { !ProjectPath.leads($0.source, into: top) }
    if outside.isEmpty { return [] }
    let names = outside.prefix(5).map { "\"\($0.path)\"" }.joined(separator: ", ")
    return [
      "Outside of the repository: \(names)\(outside.count > 5 ? ", …" : ""). "
        + "A manifest in the repository that names them is run with `--allow-outside`."
    ]
  }

  private static func folder(of output: String?, in directory: String) throws(Fault) -> String {
    guard let output else { return directory }
    let whole = ManifestFile.absolute(output, in: directory)
    let folder = String(whole[..<(whole.lastIndex(of: "/") ?? whole.startIndex)])
    guard let real = realPath(folder.isEmpty ? "/" : folder) else {
      throw .target("write", output, FileError("open", errno))
    }
    return real
  }

  /// How the manifest names an image: relative to where it lies if the image is below it, else absolute.
  private static func path(
    of image: InputImages.Image, from base: String, isStandardOutput: Bool
  ) throws(Fault) -> String {
    let typed = image.path.split(separator: "/", omittingEmptySubsequences: false)
    if isStandardOutput, !typed.contains("..") {
      let kept = image.path.hasPrefix("/") ? image.path : typed.filter { $0 != "." }.joined(separator: "/")
      return kept.hasPrefix("-") ? "./" + kept : kept
    }
    let cut = image.source.lastIndex(of: "/") ?? image.source.startIndex
    let file = image.source[image.source.index(after: cut)...]
    guard let folder = realPath(cut == image.source.startIndex ? "/" : String(image.source[..<cut])) else {
      throw .inputMissing(image.path)
    }
    let whole = folder == "/" ? "/\(file)" : "\(folder)/\(file)"
    let real = isStandardOutput ? realPath(base) ?? base : base
    let prefix = real == "/" ? "/" : real + "/"
    guard whole.hasPrefix(prefix) else { return whole }
    let relative = String(whole.dropFirst(prefix.count))
    return relative.hasPrefix("-") ? "./" + relative : relative
  }

  private static func realPath(_ path: String) -> String? {
    guard let buffer = realpath(path, nil) else { return nil }
    defer { free(buffer) }
    return String(cString: buffer)
  }

  private static func folderName(_ image: InputImages.Image, _ directory: String) -> String {
    let parts = image.source.split(separator: "/").dropLast().filter { $0 != ".." }
    // A sub-folder that gives the category says less than the folder around it.
    let names =
      image.category == nil || parts.last.map(String.init) != image.category ? parts : parts.dropLast()
    return names.last.map(String.init) ?? ""
  }
}

extension Drafting.Draft {
  var manifest: ManifestDraft {
    ManifestDraft(
      batchID: batchID,
      assets: assets.map { asset in
        var specs: [JSONValue.Member] = []
        if let name = asset.name { specs.append(.init("name", .string(name))) }
        if let category = asset.category { specs.append(.init("category", .string(category))) }
        return ManifestDraft.Asset(
          id: asset.id, path: asset.path, score: asset.score ?? .nan, specs: .object(specs))
      })
  }

  /// The manifest's JSON text.
  package var text: String { manifest.text }

  /// The sheet to fill in: a row an image.
  package var sheet: String {
    let columns = [
      "path", "asset_id", "score", "name", "category", "mode", "purpose", "specimens", "tags", "alt",
      "sha256",
    ]
    let rows = assets.map { asset in
      [
        asset.path, asset.id, asset.score.map { JSONNumber($0).text } ?? "", asset.name ?? "",
        asset.category ?? "",
      ]
        + Array(repeating: "", count: 6)
    }
    return ([columns] + rows).map { $0.map(Self.cell).joined(separator: ",") + "\r\n" }.joined()
  }

  /// A cell, quoted where it has to be; one that a spreadsheet would take for a formula is protected.
  private static func cell(_ text: String) -> String {
    var text = text
    if let first = text.first, "=+-@".contains(first) { text = "'" + text }
    guard text.contains(where: { ",;\"\n\r\t".contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}

extension Drafting {
  /// Writes a draft to a file, replacing what was there.
  package static func write(_ text: String, to path: String, in directory: String) throws(Fault) {
    do {
      try Data(text.utf8).write(
        to: URL(filePath: ManifestFile.absolute(path, in: directory)), options: .atomic)
    } catch {
      throw .target("write", path, FileError("open", errno))
    }
  }
}

/// The assets that have a bundle at the tip, wherever their layout put it.
enum TipAssets {
  /// Their ids: what every `tokens.json` of ours at the branch's tip says.
  static func ids(in repository: GitRepository, branch: String) throws(Fault) -> Set<String> {
    let tip = branch.isEmpty ? try repository.head().commit : try repository.tip(of: "refs/heads/\(branch)")
    guard let tip else { return [] }
    var blobs: Set<GitID> = []
    for field in try repository.git.run(["ls-tree", "-r", "-z", "--full-tree", tip.text]).fields {
      guard let tab = field.firstIndex(of: "\t"), field.hasSuffix("/tokens.json"),
        let id = field[..<tab].split(separator: " ").last.flatMap({ GitID($0) })
      else { continue }
      blobs.insert(id)
    }
    let contents = try repository.contents(blobs.sorted { $0.text < $1.text }, limitBytes: 1 << 20)
    return Set(contents.values.compactMap { TokensFacts($0)?.asset })
  }
}
