import ArgumentParser
import BatchModel
import Core
import GitRepository
import Runner
import StrictJSON

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Lists, prints or writes out what is packaged.
struct Show: Verb {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Lists or prints what is packaged, before or after the commit.",
    discussion: """
      Without a batch, every asset at the tip of the branch that is checked out. With a FILE, its bytes go to standard output as they are. With --to, nothing that differs is overwritten.

      Example:
        ledgerctl show @last ASSET-3 tokens.json
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Its id, the beginning of it, or @last.")
  var batch: String?
  @Argument(help: "One asset's id.")
  var asset: String?
  @Argument(help: "One file of its bundle, by name or path.")
  var file: String?
  @Option(help: ArgumentHelp("Write the files below DIR.", valueName: "dir"))
  var to: String?
  @Option(name: .customLong("format"), help: "Answer as text, json or, for the assets at the tip, csv.")
  var answer = Form.text

  /// The forms of an answer.
  enum Form: String, ExpressibleByArgument, CaseIterable {
    case text, json, csv
  }

  var format: OutputFormat { answer == .json ? .json : .text }

  func validate() throws {
    if batch != nil, answer == .csv {
      throw ValidationError("'--format csv' is for the assets at the tip: leave the batch out.")
    }
    if batch == nil, to != nil { throw ValidationError("'--to' needs a batch: say which.") }
  }

  func perform(_ console: Console) async throws -> ExitStatus {
    guard let name = batch else {
      let assets = try Project.tipAssets(global.address(from: console.caller))
      console.out.write(TipAssetsOutput.text(assets, answer))
      if assets.isEmpty, answer == .text { console.say("No asset is at the tip.") }
      return .done
    }
    let project = try global.project(.reading, from: console.caller)
    let batch = try await console.batch(named: name, in: project)
    let state = try await project.state(of: batch)
    let files = try await chosen(project, batch, state, console)
    if let to {
      let folder = console.caller.absolute(to)
      let written = try await project.write(files, to: folder)
      console.say("\(RunText.counted(written, "file")) written to \(VisibleText.line(folder))")
    } else if file != nil {
      for file in files { try show(try await project.bytes(of: file), of: file, batch, console) }
      return .done
    }
    if format == .json {
      console.out.write(ShowDocument.line(batch, files))
    } else if to == nil {
      let width = files.map { String($0.sizeBytes).count }.max() ?? 0
      for file in files {
        let size = String(file.sizeBytes)
        console.line(
          "\(String(repeating: " ", count: width - size.count))\(size)  \(VisibleText.showing(file.path))")
      }
    }
    return .done
  }

  /// Prints a file as it is, or for scripts as a document; of bytes that are not text, such as an image, only facts.
  private func show(
    _ bytes: [UInt8], of file: PackagedFile, _ batch: BatchID, _ console: Console
  ) throws(Fault) {
    guard format == .json else { return try print(bytes, of: file, console) }
    if let text = String(validating: bytes, as: UTF8.self) {
      console.out.write(PrintedDocument(name: file.path, content: text).line)
    } else {
      console.out.write(ShowDocument.line(batch, [file]))
    }
  }

  /// Prints a file's bytes; on a terminal only what is text, and nothing in it acts there.
  private func print(_ bytes: [UInt8], of file: PackagedFile, _ console: Console) throws(Fault) {
    guard isatty(STDOUT_FILENO) == 1 else { return console.out.write(bytes: bytes) }
    guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
      throw .binaryOnTerminal(file.path)
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    console.out.write(lines.map { VisibleText.showing(String($0)) }.joined(separator: "\n"))
  }

  /// The files that the arguments name; of a whole batch, those of every packaged asset.
  private func chosen(
    _ project: Project, _ batch: BatchID, _ state: BatchState, _ console: Console
  ) async throws -> [PackagedFile] {
    if let asset {
      let id = try AssetID.named(asset, in: state, batch)
      guard let file else { return try await project.packagedFiles(of: id, in: state, batch) }
      return [try await project.packagedFile(file, of: id, in: state, batch)]
    }
    var files: [PackagedFile] = []
    for asset in state.assets {
      guard asset.isPackaged else {
        console.say("note: asset \"\(asset.id)\" is not packaged: it is \(asset.name.rawValue)")
        continue
      }
      files += try await project.packagedFiles(of: asset.id, in: state, batch)
    }
    return files
  }
}

/// The packaged files as scripts see them: `ledgerctl/files/v1`.
enum ShowDocument {
  static func line(_ batch: BatchID, _ files: [PackagedFile]) -> String {
    let document: JSONValue = [
      "schema": "ledgerctl/files/v1", "batch": .string(batch.text),
      "files": .array(
        files.map {
          [
            "asset": .string($0.asset.text), "path": .string($0.path), "sha256": .string($0.digest.hex),
            "size": JSONValue($0.sizeBytes),
          ]
        }),
    ]
    return JSONWriter.compact(document) + "\n"
  }
}
