import BatchModel

/// Who a program is that says nothing about itself: its words, and the bytes of the files that they name.
package struct ExecIdentity {
  private let program: ExtractorProgram
  private let files: ProgramFiles
  private let model: String?

  package init(_ program: ExtractorProgram, _ files: ProgramFiles, model: String?) {
    self.program = program
    self.files = files
    self.model = model
  }

  /// The words without the folders that differ from host to host, and a digest for each file.
  package var identity: ExtractorIdentity {
    var parts = files.parts
    for (index, word) in program.words.enumerated() {
      parts["word.\(index)"] = program.redactor.redact(shortened(word))
    }
    parts["model"] = model
    return ExtractorIdentity(kind: "exec", parts: parts)
  }

  private func shortened(_ word: String) -> String {
    if word.hasPrefix(program.root + "/") { return String(word.dropFirst(program.root.count + 1)) }
    guard word.hasPrefix("/"), let last = word.split(separator: "/").last else { return word }
    return String(last)
  }
}
