import Core
import Files
import GitRepository
import Subprocesses

@testable import Runner

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A real repository in a folder of its own, whose git knows nothing of this machine's user.
final class TestRepository: Sendable {
  /// Holds everything below; removed at the end.
  let root: String
  let directory: String
  let scratch: String
  let environment: [String: String]

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Makes a repository with `main` as its branch and no commit yet.
  init(options: [String] = []) throws {
    var template = Array("/tmp/ledgerctl-git-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template), let real = realpath(made, nil) else {
      throw Failure(description: "no temporary folder")
    }
    defer { free(real) }
    root = String(cString: real)
    directory = "\(root)/repository"
    scratch = "\(root)/scratch"
    // Another git than the distribution's, for a run of these tests with that.
    let other = getenv("LEDGERCTL_TEST_GIT").map { String(cString: $0) + ":" } ?? ""
    environment = ["PATH": "\(root)/bin:\(other)/usr/local/bin:/usr/bin:/bin", "HOME": "\(root)/home"]
    for folder in ["bin", "home", "scratch", "objects"] { mkdir("\(root)/\(folder)", 0o755) }
    try git(["init", "-q", "-b", "main"] + options + [directory], in: root)
    for setting in [
      ("user.name", "Ada Lovelace"), ("user.email", "ada@example.com"), ("commit.gpgSign", "false"),
    ] {
      try git(["config", setting.0, setting.1])
    }
  }

  deinit {
    _ = try? ChildProcess.runBlocking(Command(["rm", "-rf", root], environment: environment, directory: "/"))
  }

  /// Runs git as the user would and returns its stdout without the last line feed.
  @discardableResult
  func git(_ words: [String], in folder: String? = nil, accepting: Set<Int32> = [0]) throws -> String {
    let result = try ChildProcess.runBlocking(
      Command(["git"] + words, environment: environment, directory: folder ?? directory))
    guard case .code(let code) = result.exit, accepting.contains(code) else {
      throw Failure(
        description: "git \(words): \(result.exit) \(String(decoding: result.errorTail, as: UTF8.self))")
    }
    let text = String(decoding: result.output, as: UTF8.self)
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }

  /// Runs a shell script in the repository.
  @discardableResult
  func shell(_ script: String) throws -> String {
    let result = try ChildProcess.runBlocking(
      Command(["sh", "-ec", script], environment: environment, directory: directory))
    guard result.succeeded else {
      throw Failure(description: "\(script): \(String(decoding: result.errorTail, as: UTF8.self))")
    }
    return String(decoding: result.output, as: UTF8.self)
  }

  /// Writes a file of the working tree and the folders it needs.
  func write(_ text: String, to path: String) throws {
    let whole = "\(directory)/\(path)"
    for index in whole.indices.dropFirst() where whole[index] == "/" { mkdir(String(whole[..<index]), 0o755) }
    guard WholeFile.write(Array(text.utf8), to: whole, mode: 0o644) else { throw Failure(description: whole) }
  }

  /// Writes a file that a commit takes its bytes from, outside the working tree.
  func object(_ name: String, _ text: String) throws -> String {
    let path = "\(root)/objects/\(name)"
    guard WholeFile.write(Array(text.utf8), to: path) else { throw Failure(description: path) }
    return path
  }

  /// Commits one file as the user.
  @discardableResult
  func commit(_ path: String, _ text: String, in folder: String? = nil) throws -> GitID {
    try write(text, to: path)
    try git(["add", "--", path])
    try git(["commit", "-q", "-m", "Change \(path)"])
    return try tip()
  }

  func tip(_ ref: String = "HEAD") throws -> GitID {
    guard let id = GitID(try git(["rev-parse", ref])) else { throw Failure(description: "no id") }
    return id
  }

  func discover(from folder: String? = nil, once: Bool = false) throws -> GitRepository {
    try GitRepository.discover(from: folder ?? directory, environment: environment, once: once)
  }

  func exists(_ path: String) -> Bool { FileFacts(at: "\(directory)/\(path)").kind != .absent }
}

/// The batch that tests land: two files, one of them in a folder of its own.
struct TestBatch {
  static let author = "Ada Lovelace <ada@example.com>"
  static let timeMs: Int64 = 1_700_000_000_999
  static let trailers = ["Ledger-Batch: batch-demo", "Ledger-Head: 7:abc"]
  static let message =
    "feat(assets): Add demo - Assets 3\n\nOne asset.\n\nLedger-Batch: batch-demo\nLedger-Head: 7:abc\n"

  /// Path and text of each file.
  var files = [
    "assets/ASSET-3-canopy/context.md": "# Canopy\n", "assets/ASSET-3-canopy/tokens.json": "{\"a\":1}\n",
    "frontend/public/assets/patterns/asset-3.png": "\u{89}PNG\r\n\u{1a}\n",
  ]
  var removing: [String] = []

  func draft(in repository: TestRepository, parent: GitID?) throws -> CommitDraft {
    var sources: [CommitFile] = []
    for (index, file) in files.sorted(by: { $0.key < $1.key }).enumerated() {
      sources.append(CommitFile(path: file.key, source: try repository.object("\(index)", file.value)))
    }
    return CommitDraft(
      parent: parent, files: sources, removing: removing, message: Self.message, author: Self.author,
      committer: Self.author, timeMs: Self.timeMs)
  }

  /// Puts the files where the place stage would.
  func place(in repository: TestRepository) throws {
    for (path, text) in files { try repository.write(text, to: path) }
    for path in removing { unlink("\(repository.directory)/\(path)") }
  }

  struct NotLanded: Error {
    var outcome: String
  }

  func build(in repository: TestRepository, with git: GitRepository, parent: GitID?) throws -> BuiltCommit {
    let outcome = try git.build(
      try draft(in: repository, parent: parent), scratch: repository.scratch, token: "demo")
    guard case .built(let commit) = outcome else { throw NotLanded(outcome: "\(outcome)") }
    return commit
  }

  /// Goes through the whole of "One commit", on the branch that is checked out.
  @discardableResult
  func land(in repository: TestRepository, with git: GitRepository? = nil) throws -> BuiltCommit {
    let git = try git ?? repository.discover()
    guard case .branch(let ref, let tip) = try git.head() else { throw NotLanded(outcome: "detached") }
    try place(in: repository)
    let commit = try build(in: repository, with: git, parent: tip)
    guard try git.holdIndex(for: commit.changes, token: "demo", patience: .zero) == .held else {
      throw NotLanded(outcome: "index")
    }
    let swap = try git.compareAndSwap(
      ref, from: tip, to: commit.id, committer: Self.author, subject: "Add demo")
    guard swap == .swapped else { throw NotLanded(outcome: "\(swap)") }
    try git.publishIndex(token: "demo")
    return commit
  }
}
