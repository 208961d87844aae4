import Ledger

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Who a program is that says nothing about itself: its words, and the bytes of those that are files of the
/// project.
struct ExecIdentity {
  private let program: ExtractorProgram

  private let model: String?

  init(_ program: ExtractorProgram, model: String?) {
    self.program = program
    self.model = model
  }

  /// The words without the folders that differ from host to host, and a digest for each file in the project.
  var identity: ExtractorIdentity {
    var parts: [String: String] = [:]
    for (index, word) in program.words.enumerated() {
      parts["word.\(index)"] = program.redactor.redact(shortened(word))
      if let digest = digestOfProjectFile(word, isProgram: index == 0) { parts["file.\(index)"] = digest.hex }
    }
    parts["model"] = model
    return ExtractorIdentity(kind: "exec", parts: parts)
  }

  private func shortened(_ word: String) -> String {
    if word.hasPrefix(program.root + "/") { return String(word.dropFirst(program.root.count + 1)) }
    guard word.hasPrefix("/"), let last = word.split(separator: "/").last else { return word }
    return String(last)
  }

  private func digestOfProjectFile(_ word: String, isProgram: Bool) -> Digest? {
    // A plain word is looked up in PATH where it is the program, and may be a file where it is an argument.
    guard !word.isEmpty, !isProgram || word.contains("/") else { return nil }
    let path = word.hasPrefix("/") ? word : program.root + "/" + word
    guard path.hasPrefix(program.root + "/"), isRegularFile(path),
      let bytes = try? Data(contentsOf: URL(fileURLWithPath: path))
    else { return nil }
    return Digest.sha256(bytes)
  }

  private func isRegularFile(_ path: String) -> Bool {
    var isDirectory = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory else {
      return false
    }
    let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    return type == .typeRegular
  }
}
