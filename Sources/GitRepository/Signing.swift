import Core
import Files
import Subprocesses

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How git is set up to sign commits.
package struct Signing: Hashable, Sendable {
  /// What a signature is made with. Raw values are those of `gpg.format`.
  package enum Format: String, Hashable, Sendable, CaseIterable {
    case openpgp, x509, ssh

    /// The program git calls where the configuration names none.
    package var program: String {
      switch self {
      case .openpgp: "gpg"
      case .x509: "gpgsm"
      case .ssh: "ssh-keygen"
      }
    }
  }

  package var format: Format
  /// `user.signingKey`; nil where git chooses by the committer or asks `gpg.ssh.defaultKeyCommand`.
  package var key: String?
  package var program: String

  /// One sentence for the user.
  package var text: String {
    "The commit is signed by \(program) (gpg.format \(format.rawValue)"
      + (key.map { ", key \"\($0.prefix(200))\"" } ?? "") + ")."
  }
}

extension GitRepository {
  package func signing() throws(Fault) -> Signing {
    let name = settings["gpg.format"] ?? Signing.Format.openpgp.rawValue
    guard let format = Signing.Format(rawValue: name) else {
      throw .signingUnavailable("gpg.format is \"\(name)\", expected openpgp, x509 or ssh")
    }
    let key = settings["user.signingkey"].flatMap { $0.isEmpty ? nil : $0 }
    if format == .ssh, key == nil, settings["gpg.ssh.defaultkeycommand"] == nil {
      throw .signingUnavailable("gpg.format is ssh and user.signingKey is not set")
    }
    let program =
      settings["gpg.\(format.rawValue).program"] ?? (format == .openpgp ? settings["gpg.program"] : nil)
      ?? format.program
    guard canRun(program) else {
      throw .signingUnavailable("the program \"\(program)\" is not there or can't be run")
    }
    return Signing(format: format, key: key, program: program)
  }

  /// Looks a program up as git will.
  private func canRun(_ program: String) -> Bool {
    // git starts it from the top of the working tree.
    var command = Command([program], environment: environment, directory: layout.topLevel)
    if program.hasPrefix("~/"), let home = environment["HOME"] {
      command.words = [home + program.dropFirst()]
    }
    guard let path = try? ProgramSearch.path(of: command) else { return false }
    return FileFacts(following: path).kind == .file && access(path, X_OK) == 0
  }

  /// How long a person may take to enter a pass phrase.
  private static let patience = Duration.seconds(600)

  /// Makes the commit object with a signature of the user's; its bytes are what is asked for, but for that.
  package func writeSigned(
    _ draft: CommitDraft, tree: GitID, message: String
  ) throws(Fault) -> (id: GitID, bytes: [UInt8]) {
    let expected = CommitObject.bytes(of: draft, tree: tree, message: message)
    var variables: [String: String] = [:]
    for (role, identity) in [("AUTHOR", draft.author), ("COMMITTER", draft.committer)] {
      for (name, value) in CommitObject.variables(of: identity, role, timeMs: draft.timeMs) {
        variables[name] = value
      }
    }
    let result = try git.run(
      ["commit-tree", "-S", tree.text] + (draft.parent.map { ["-p", $0.text] } ?? []),
      .init(
        input: Array(message.utf8), answers: Set(0...255), variables: variables,
        settings: [("i18n.commitEncoding", "UTF-8")], timeout: Self.patience))
    guard result.succeeded else { throw .signingFailed(result) }
    guard let id = result.lines.first.flatMap({ GitID($0) }), let bytes = try commitBytes(id) else {
      throw .gitUnreadable("commit-tree", "no commit")
    }
    guard CommitObject.withoutSignature(bytes) == expected else {
      throw .gitUnreadable("commit-tree", "another commit than was asked for")
    }
    guard bytes != expected else { throw .signingFailed(result) }
    return (id, bytes)
  }
}
