import Core
import Foundation
import GitRepository
import StrictJSON
import Testing

@testable import Runner

@Suite("A secret never reaches ledger, screen, commit or object")
struct SecretTests {
  static let secret = "c2VjcmV0/LWtleS1i+YXNlNjQ="

  /// A repository whose extractor answers with what `reply` holds, says what `told` holds on stderr and ends so.
  private func folder(exit: Int = 0) throws -> SampleFolder {
    let folder = try SampleFolder()
    folder.environment["MYSECRET"] = Self.secret
    try folder.write("#!/bin/sh\ncat told >&2; cat reply; exit \(exit)\n", to: "x.sh")
    try folder.shell("chmod +x x.sh; touch told reply")
    try folder.write(
      "extractor: { kind: exec, command: [./x.sh], env: [MYSECRET] }\nlimits: { max_attempts: 1 }\n",
      to: "ledger.yaml")
    try folder.write("/ledger.yaml\n/x.sh\n/told\n/reply\n", to: ".git/info/exclude")
    try folder.writeManifest { $0.assets.removeLast(2) }
    return folder
  }

  private static func reply(_ purpose: String) -> String {
    ##"{"background":"#101010","palette":{"primary":["#c45c4b"],"accents":[]},"specimens":["a"],"mode":""##
      + "\(purpose)\",\"\(purpose)\":1,\"narrative\":\"see \(purpose) there\","
      + #""density_zones":{"upper_left":{"coverage":0.1},"central":{"coverage":0.2},"lower_right":{"coverage":0.3}}}"#
  }

  private func expectNothing(of spelling: String, in folder: SampleFolder, _ outcome: BuiltCommand.Outcome)
    throws
  {
    for text in [outcome.text, outcome.errors] {
      #expect(!text.contains(spelling) && !text.contains(Self.secret))
    }
    try folder.write("\(spelling)\n\(Self.secret)\n", to: ".home/patterns")
    let found = try folder.shell(
      """
      grep -rlaFf .home/patterns .ledger assets frontend 2> /dev/null || true
      git cat-file --batch-all-objects --batch | grep -acFf .home/patterns || true
      """)
    #expect(found == "0\n", "\(spelling)")
  }

  @Test("However a reply, its names or its errors spell it", arguments: 0..<12)
  func spelt(_ seed: UInt64) async throws {
    var random = SplitMix64(seed: seed &+ 7_000)
    let spelling = SecretSpelling.random(of: Self.secret, using: &random)
    let folder = try folder()
    // Within JSON the spelling's own quotes and backslashes are escaped again.
    let quoted = String(JSONWriter.compact(.string(spelling)).dropFirst().dropLast())
    try folder.write(Self.reply(quoted), to: "reply")
    try folder.write("using \(spelling)\n", to: "told")
    let done = try await folder.ledgerctl("run", "batch.json")
    #expect(done.exit == 0, "\(done.errors)")
    try expectNothing(of: spelling, in: folder, done)
    let failing = try self.folder(exit: 1)
    try failing.write("no: \(spelling) is wrong\n", to: "told")
    let failed = try await failing.ledgerctl("run", "batch.json", "--format", "json")
    #expect(failed.exit == 1)
    try expectNothing(of: spelling, in: failing, failed)
  }

  @Test("As Gson, Go, PHP and Python's json write it", arguments: ["\\u003d", "\\u002b", "\\/"])
  func escaped(_ escape: String) async throws {
    let folder = try folder()
    let plain = ["\\u003d": "=", "\\u002b": "+", "\\/": "/"][escape] ?? ""
    let spelling = Self.secret.replacing(plain, with: escape)
    try folder.write(Self.reply(spelling), to: "reply")
    let done = try await folder.ledgerctl("run", "batch.json")
    #expect(done.exit == 0, "\(done.errors)")
    try expectNothing(of: spelling, in: folder, done)
    #expect(try folder.shell("cat assets/*/context.md").contains("redacted"))
  }

  @Test(
    "A key in the command or the arguments is refused, and not repeated",
    arguments: [
      ("command: [./x.sh, --key, ghp_abcdefghijklmnopqrstuvwxyz0123456789]", "what looks like a key"),
      ("command: [sh, -c, 'curl -H \"x-api-key: 0123456789abcdef\"']", "what looks like a key"),
      ("command: [./x.sh, c2VjcmV0/LWtleS1i+YXNlNjQ=]", "the value of the variable"),
      (
        "command: [./x.sh], arguments: { deep: [{ k: c2VjcmV0/LWtleS1i+YXNlNjQ= }] }",
        "the value of the variable"
      ),
      (
        "command: [./x.sh], arguments: { h: 'Authorization: Basic dXNlcjpodW50ZXIyLXN1' }",
        "what looks like a key"
      ),
    ])
  func inCommand(_ extractor: String, _ says: String) async throws {
    let folder = try folder()
    try folder.write("extractor: { kind: exec, env: [MYSECRET], \(extractor) }\n", to: "ledger.yaml")
    for words in [["run", "batch.json"], ["plan", "batch.json"], ["doctor"]] {
      let outcome = try await BuiltCommand.run(words, in: folder.root, environment: folder.environment)
      #expect(outcome.exit == (words == ["doctor"] ? 1 : 78))
      let all = outcome.text + outcome.errors
      #expect(all.contains(says), "\(all)")
      for secret in ["ghp_", "0123456789abcdef", Self.secret, "dXNlcjpod"] { #expect(!all.contains(secret)) }
    }
    #expect(!folder.exists(".ledger"))
  }

  @Test(
    "The environment of the command itself is not there for its children",
    .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/environ")))
  func environment() async throws {
    let folder = try folder(exit: 1)
    folder.environment["OTHER_SECRET"] = "nobody-may-see-this"
    try folder.write(
      "#!/bin/sh\ncat > /dev/null\nfor p in /proc/[0-9]*/environ; do cat $p; done 2> /dev/null | tr '\\0' '\\n' "
        + "| grep -a OTHER_SECRET=nobody > \(folder.root)/told; exit 1\n", to: "x.sh")
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 1)
    #expect(try folder.read("told") == [])
  }

  @Test("A server that is limited for ever in small steps is waited for as long as max_wait in total")
  func limitedForEver() async throws {
    let folder = try SampleFolder()
    try folder.write(
      "#!/bin/sh\ncat > /dev/null; echo call >> calls\necho 'retry after 0.3 seconds' >&2; exit 75\n",
      to: "x.sh")
    try folder.shell("chmod +x x.sh")
    try folder.write(
      "extractor: { kind: exec, command: [./x.sh] }\nlimits: { max_wait: 3s }\n", to: "ledger.yaml")
    let started = ContinuousClock.now
    let done = try await folder.ledgerctl("run", "batch.json")
    #expect(done.exit == 75 && done.errors.contains("in total"), "\(done.errors)")
    #expect(ContinuousClock.now - started < .seconds(40))
    #expect(try folder.shell("wc -l < calls").dropLast().count < 3)
    #expect(try await folder.events("--type", "stage.failed").isEmpty)
  }

  @Test("A file of the system named as an image is refused, and not a byte of it is stored")
  func systemFile() async throws {
    let folder = try SampleFolder()
    folder.environment["API_TOKEN"] = "token-of-the-ci-job-42"
    try folder.shell("ln -s /proc/self/environ downloads/link.png")
    for path in ["/proc/self/environ", "downloads/link.png", "/sys/kernel/notes"] {
      try folder.writeManifest { draft in
        draft.assets.removeLast(2)
        draft.assets[0].path = path
      }
      #expect(try await folder.ledgerctl("plan", "batch.json").exit == 66)
      #expect(try await folder.ledgerctl("run", "batch.json").exit == 66)
    }
    #expect(try folder.shell("grep -rla token-of-the-ci .ledger || true") == "")
  }
}
