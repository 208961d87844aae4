import ArgumentParser
import Runner

/// The man page: everything in it is what `--help` says.
enum ManPage {
  static var text: String {
    let root = LedgerCtl.configuration
    var page = """
      .TH LEDGERCTL 1 "" "ledgerctl \(Project.version)" "User Commands"
      .SH NAME
      ledgerctl \\- \(escaped(root.abstract))
      .SH SYNOPSIS
      .B ledgerctl
      \\fIverb\\fR [\\fIargument\\fR ...]
      .SH DESCRIPTION
      \(escaped(root.discussion))
      .SH VERBS

      """
    for verb in root.subcommands where verb.configuration.shouldDisplay {
      page += ".SS \(verb._commandName)\n.nf\n"
      page += escaped(LedgerCtl.helpMessage(for: verb, columns: 76)) + "\n.fi\n"
    }
    page += ".SH EXIT STATUS\n"
    for (status, meaning) in exits { page += ".TP\n.B \(status)\n\(meaning)\n" }
    return page
  }

  private static let exits: [(String, String)] = [
    ("0", "done, or nothing to do"),
    ("1", "some assets failed, nothing was committed; verify and doctor: something was found"),
    ("64", "usage, or a batch that is not known"), ("65", "the manifest is refused; nothing is registered"),
    ("66", "the manifest or an image is missing or not a regular file"),
    ("69", "the extractor is not available"),
    ("70", "a bug"), ("73", "a target or the branch is in the way"), ("74", "a ledger or disk error"),
    ("75", "stopped, can be resumed: quota, disk, or a lock held by another"),
    ("76", "the extractor broke its protocol"),
    ("78", "configuration, or a repository that must not be worked in"), ("130, 143", "interrupted"),
  ]

  /// Keeps backslashes, and points and quotes at a line's start, from being roff's.
  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\e").split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix(".") || $0.hasPrefix("'") ? "\\&\($0)" : String($0) }.joined(separator: "\n")
      .replacing("-", with: "\\-")
  }
}
