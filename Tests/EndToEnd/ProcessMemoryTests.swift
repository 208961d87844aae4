import Foundation
import Subprocesses
import Testing

@testable import Runner

/// What the program that is asked can learn of the command's own environment, of which it gets a part.
@Suite(
  "The environment of the command",
  .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/environ")))
struct ProcessMemoryTests {
  private static let secret = "nobody-may-see-this"
  /// Users to try it as: a superuser may read everything that the system shows.
  private static let users: [UInt32] = getuid() == 0 ? [0, 4242] : [getuid()]

  /// Goes up from the program to the command, and tells of each process of it what can be read.
  private static let script = """
    #!/bin/sh
    cat > /dev/null
    exec > told 2>&1
    process=$PPID
    while [ "$(cat /proc/$process/comm)" = ledgerctl ]; do
      echo found
      for file in environ mem; do
        (exec 3< /proc/$process/$file) 2> /dev/null && echo "$file is open" || echo "$file is closed"
      done
      tr '\\0' '\\n' < /proc/$process/environ
      process=$(sed 's/^.*) . //; s/ .*//' /proc/$process/stat)
    done
    env
    exit 1
    """

  @Test("Its environment can't be read by a user's program, and is empty for a superuser's", arguments: users)
  func hidden(from user: UInt32) async throws {
    let folder = try SampleFolder()
    try folder.write(Self.script, to: "x.sh")
    try folder.write(
      "extractor: { kind: exec, command: [./x.sh] }\nlimits: { max_attempts: 1 }\n", to: "ledger.yaml")
    try folder.writeManifest { $0.assets.removeLast(2) }
    try folder.shell("chmod +x x.sh; touch told; chmod 666 told")
    folder.environment["OTHER_SECRET"] = Self.secret
    var words = [BuiltCommand.path, "run", "batch.json"]
    if user != getuid() {
      try folder.shell("chown -R \(user):\(user) .")
      words = ["setpriv", "--reuid=\(user)", "--regid=\(user)", "--clear-groups"] + words
    }
    var command = Command(words, environment: folder.environment, directory: folder.root)
    command.timeout = .seconds(60)
    let done = try await ChildProcess.run(command)
    #expect(done.exit == .code(1), "\(String(decoding: done.errorTail, as: UTF8.self))")
    let told = String(decoding: try folder.read("told"), as: UTF8.self)
    #expect(told.contains("found"), "\(told)")
    #expect(!told.contains(Self.secret), "\(told)")
    if user != 0 { #expect(told.contains("environ is closed") && told.contains("mem is closed"), "\(told)") }
  }
}
