import Core
import StrictJSON

/// Checks a manifest's values one after another and collects what is wrong.
package struct ManifestReader {
  /// Faults after which checking stops: more would help nobody.
  package static let maxFaults = 150

  private let file: ManifestFile
  private let configuration: Configuration
  private let document: JSONReader.Document
  private var faults: [(offset: Int, fault: Fault)] = []

  package init(file: ManifestFile, configuration: Configuration) {
    self.file = file
    self.configuration = configuration
    document = JSONReader.read(file.bytes, limits: .init(maxBytes: ManifestFile.maxBytes, maxDepth: 32))
  }

  package mutating func read() throws(Faults) -> Manifest {
    var isEncodingTold = false
    for problem in document.problems {
      // Bytes in another encoding are wrong in many places for one reason.
      if problem.kind == .invalidUTF8, isEncodingTold { continue }
      isEncodingTold = isEncodingTold || problem.kind == .invalidUTF8
      add(.manifestSyntax(problem), at: problem.offset)
    }
    let manifest = readRoot()
    guard let manifest, faults.isEmpty else {
      let sorted = faults.enumerated().sorted {
        ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset)
      }
      throw Faults(sorted.map(\.element.fault))
    }
    return manifest
  }

  private mutating func add(_ fault: Fault, at offset: Int) {
    guard faults.count < Self.maxFaults else { return }
    let isLast = faults.count == Self.maxFaults - 1
    let position = document.source.position(ofOffset: offset)
    var fault = isLast ? Fault.manifestMore(Self.maxFaults) : fault
    (fault.path, fault.line, fault.column) = (file.path, position.line, position.column)
    faults.append((offset, fault))
  }

  private mutating func readRoot() -> Manifest? {
    let root = document.root
    guard root.members != nil else {
      if !root.isBroken { refuse("the manifest", expected: "an object", root) }
      return nil
    }
    refuseUnknown(in: root, known: ["batch_id", "assets"], asset: nil, within: "the manifest")
    var batch: BatchID?
    if let member = required("batch_id", in: root, asset: nil) {
      batch = member.value.string.flatMap(BatchID.init)
      if batch == nil { refuse("batch_id", expected: Self.idExpected, member, code: .manifestID) }
    }
    guard let list = required("assets", in: root, asset: nil) else { return nil }
    guard case .array(let elements) = list.content else {
      refuse("assets", expected: "a list of assets", list)
      return nil
    }
    let assets = elements.enumerated().map { index, element in readAsset(element, index: index) }
    checkCount(elements, list)
    checkRepeated(elements)
    guard let batch, !assets.contains(nil) else { return nil }
    return Manifest(batchID: batch, assets: assets.compactMap { $0 })
  }

  private static let idExpected = "1 to 64 letters, digits, \"_\" and \"-\", the first a letter or digit"

  private mutating func checkCount(_ elements: [LocatedJSON], _ list: LocatedJSON) {
    let most = configuration.policy.maxAssets
    guard document.isWhole, !(1...most).contains(elements.count) else { return }
    let beyond = elements.dropFirst(most).prefix(20).map { $0.assetName ?? "?" }
    add(.manifestCount(elements.count, most: most, beyond: Array(beyond)), at: list.offset)
  }

  private mutating func checkRepeated(_ elements: [LocatedJSON]) {
    var first: [String: (id: String, offset: Int)] = [:]
    for element in elements where faults.count < Self.maxFaults {
      guard let member = element.member("asset_id"), let id = member.value.value.string else { continue }
      if let before = first[id.lowercased()] {
        let line = document.source.position(ofOffset: before.offset).line
        add(.manifestRepeated(id, first: before.id, line: line), at: member.value.offset)
      } else {
        first[id.lowercased()] = (id, member.value.offset)
      }
    }
  }

  private mutating func readAsset(_ element: LocatedJSON, index: Int) -> ManifestAsset? {
    guard faults.count < Self.maxFaults else { return nil }
    let name = element.assetName
    guard element.members != nil else {
      if !element.isBroken { refuse("assets[\(index)]", expected: "an object", element) }
      return nil
    }
    refuseUnknown(
      in: element, known: ["asset_id", "path", "score", "specs", "idf", "sha256", "alt", "tags"],
      asset: name, within: "an asset")
    var id: AssetID?
    if let member = required("asset_id", in: element, asset: name, index: index) {
      id = member.value.string.flatMap(AssetID.init)
      if id == nil { refuse("asset_id", expected: Self.idExpected, member, asset: name, code: .manifestID) }
      if let text = id?.text, WindowsDevice.isName(text) {
        refuse(
          "asset_id", expected: "a name that is not a device's on Windows", member, asset: name,
          code: .manifestID)
      }
    }
    let path = required("path", in: element, asset: name, index: index).flatMap { readPath($0, asset: name) }
    let score = required("score", in: element, asset: name, index: index).flatMap {
      readScore($0, asset: name)
    }
    let specs = required("specs", in: element, asset: name, index: index).flatMap {
      readSpecs($0, asset: name)
    }
    let idf = element.member("idf")?.value
    if let idf, !idf.holdsBroken { checkIDF(idf, specs: specs ?? [:], asset: name) }
    let digest = readDigest(element.member("sha256")?.value, asset: name)
    let alt = readAlt(element.member("alt")?.value, asset: name)
    let tags = readTags(element.member("tags")?.value, asset: name)
    guard let id, let path, let score, let specs else { return nil }
    return ManifestAsset(
      id: id, path: path, source: ManifestFile.absolute(path, in: file.directory), score: score, specs: specs,
      idf: idf?.value.canonical, sha256: digest, alt: alt, tags: tags)
  }

  private mutating func readDigest(_ value: LocatedJSON?, asset: String?) -> Digest? {
    guard let value, !value.isBroken else { return nil }
    let digest = value.value.string.flatMap { Digest(hex: $0) }
    if digest == nil { refuse("sha256", expected: "64 lower-case hexadecimal digits", value, asset: asset) }
    return digest
  }

  private mutating func readAlt(_ value: LocatedJSON?, asset: String?) -> String? {
    guard let value, !value.isBroken else { return nil }
    if value.value.string == nil { refuse("alt", expected: "a string", value, asset: asset) }
    return value.value.string
  }

  private mutating func readTags(_ value: LocatedJSON?, asset: String?) -> [String]? {
    guard let value, !value.holdsBroken else { return nil }
    guard let elements = value.value.array, elements.count <= IDFCheck.maxListed else {
      refuse("tags", expected: "a list of at most \(IDFCheck.maxListed) strings", value, asset: asset)
      return nil
    }
    for case .array(let located) in [value.content] {
      for (index, element) in located.enumerated() where element.value.string == nil {
        refuse("tags[\(index)]", expected: "a string", element, asset: asset)
      }
    }
    return elements.compactMap(\.string)
  }

  private mutating func readPath(_ value: LocatedJSON, asset: String?) -> String? {
    guard let path = value.value.string, !path.isEmpty else {
      refuse("path", expected: "the path of an image", value, asset: asset)
      return nil
    }
    if let expected = Self.faultOfSource(path) {
      refuse("path", expected: expected, value, asset: asset, code: .manifestPath)
      return nil
    }
    return path
  }

  /// Says what makes a path unfit as an image's; nil if it is fit.
  package static func faultOfSource(_ path: String) -> String? {
    if path.unicodeScalars.contains(where: \.isUnfitForPath) { return "no control characters or line breaks" }
    if path.utf8.count > 4000 { return "at most 4000 bytes" }
    if path.hasPrefix("-") { return "no leading \"-\"" }
    for component in path.split(separator: "/") {
      switch component.lowercased() {
      case "..": return "no \"..\" in it"
      case ".git", ".ledger": return "a place outside \"\(component)\""
      default: continue
      }
    }
    return path.hasSuffix("/") ? "a file, not a folder" : nil
  }

  private mutating func readScore(_ value: LocatedJSON, asset: String?) -> Double? {
    let least = configuration.policy.minScore
    let expected = "a number from \(JSONNumber(least).text) to 100"
    guard let score = value.value.double else {
      refuse("score", expected: expected, value, asset: asset)
      return nil
    }
    guard score >= least, score <= 100 else {
      refuse("score", expected: expected, value, asset: asset, code: .manifestScore)
      return nil
    }
    return score
  }

  private mutating func readSpecs(_ value: LocatedJSON, asset: String?) -> JSONValue? {
    guard value.members != nil else {
      if !value.isBroken { refuse("specs", expected: "an object", value, asset: asset) }
      return nil
    }
    for name in ["name", "mode", "purpose"] {
      guard let member = value.member(name)?.value, !member.isBroken, member.value.string == nil else {
        continue
      }
      refuse("specs.\(name)", expected: "a string", member, asset: asset)
    }
    if let category = value.member("category")?.value, !category.isBroken {
      let categories = configuration.layout.categories
      if category.value.string.map(categories.contains) != true {
        add(
          .manifestCategory(category.value, categories: categories, asset: asset), at: category.offset)
      }
    }
    if let specimens = value.member("specimens")?.value, !specimens.holdsBroken {
      if let texts = specimens.value.array, texts.count <= IDFCheck.maxListed {
        for case .array(let elements) in [specimens.content] {
          for (index, element) in elements.enumerated() where element.value.string == nil {
            refuse("specs.specimens[\(index)]", expected: "a string", element, asset: asset)
          }
        }
      } else {
        refuse(
          "specs.specimens", expected: "a list of at most \(IDFCheck.maxListed) strings", specimens,
          asset: asset)
      }
    }
    return value.value.canonical
  }

  private mutating func checkIDF(_ idf: LocatedJSON, specs: JSONValue, asset: String?) {
    for problem in IDFCheck.problems(in: idf.value) {
      add(.manifestIDF(problem, asset: asset), at: idf.offset(of: problem.path))
    }
  }

  // MARK: Fields

  private mutating func required(
    _ name: String, in object: LocatedJSON, asset: String?, index: Int? = nil
  ) -> LocatedJSON? {
    if let member = object.member(name) { return member.value.isBroken ? nil : member.value }
    // What was not read to its end may have had it.
    guard document.isWhole else { return nil }
    add(.manifestMissingMember(name, asset: asset, index: index), at: object.offset)
    return nil
  }

  private mutating func refuse(
    _ name: String, expected: String, _ value: LocatedJSON, asset: String? = nil,
    code: FaultCode = .manifestValue
  ) {
    add(
      .manifestValue(name, expected: expected, found: value.value.shown, asset: asset, code: code),
      at: value.offset)
  }

  private mutating func refuseUnknown(in object: LocatedJSON, known: [String], asset: String?, within: String)
  {
    let missing = known.filter { object.member($0) == nil }
    for member in object.members ?? [] where !known.contains(member.name) {
      guard faults.count < Self.maxFaults else { return }
      // What is missing was probably meant rather than what is there already.
      let nearest =
        Spelling.nearest(to: member.name, among: missing)
        ?? Spelling.nearest(to: member.name, among: known)
      add(
        .manifestUnknownMember(member.name, nearest: nearest, known: known, within: within, asset: asset),
        at: member.nameOffset)
    }
  }
}

extension LocatedJSON {
  /// The id an asset gives itself, right or wrong.
  fileprivate var assetName: String? { member("asset_id")?.value.value.string?.cut }
}
