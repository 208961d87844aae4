import Core
import Runner

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A file that a user asked an answer to be written to.
enum ReportFile {
  /// Writes it whole or not at all; what was there before is replaced.
  static func write(_ text: String, to path: String) throws(Fault) {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw UsageFault.notWritten(path)
    }
  }
}

extension UsageFault {
  fileprivate static func notWritten(_ path: String) -> Fault {
    Fault(
      .outputFailed,
      "The file \"\(VisibleText.showing(path))\" can't be written: expected a place in a folder that is there.",
      hint: "Name a file in a folder that exists and that you may write to.", path: path)
  }
}
