import Testing

@testable import Runner

@Suite("commit.sign")
struct SigningTests {
  /// Ways to sign, each with what sets it up in a folder of its own.
  static let ways: [(format: String, setUp: String)] = [
    (
      "ssh",
      """
      ssh-keygen -q -t ed25519 -N '' -C test@example.org -f "$HOME/key"
      echo "test@example.org $(cat "$HOME/key.pub")" >"$HOME/signers"
      git config gpg.format ssh; git config user.signingKey "$HOME/key.pub"
      git config gpg.ssh.allowedSignersFile "$HOME/signers"
      """
    ),
    (
      "openpgp",
      """
      mkdir -m 700 "$GNUPGHOME"
      gpg --batch --quiet --passphrase '' --quick-generate-key 'Test <test@example.org>' ed25519 sign never
      """
    ),
  ]

  private func signing(_ setUp: String) throws -> SampleFolder {
    let folder = try SampleFolder()
    // gpg's agent has a socket in it, whose path has a limit.
    folder.environment["GNUPGHOME"] = "/tmp/lg-\(folder.root.suffix(12))"
    try folder.write("commit: { sign: true }\n", to: "ledger.yaml")
    try folder.git("add", "ledger.yaml")
    try folder.git("commit", "-q", "-m", "Sign")
    try folder.shell(setUp)
    return folder
  }

  private func forget(_ folder: SampleFolder) {
    _ = try? folder.shell("gpgconf --kill all 2>/dev/null || true; rm -rf \"$GNUPGHOME\"")
  }

  @Test("The commit carries a signature that git verifies, made by git's own machinery", arguments: ways)
  func signed(_ way: (format: String, setUp: String)) async throws {
    let folder = try signing(way.setUp)
    defer { forget(folder) }
    let plan = try await folder.valid("plan", "plan", "batch.json")
    #expect(plan["commit"]?["signed"] == true)
    let note = "gpg.format \(way.format)"
    #expect(plan["notes"]?.array?.contains { $0.string?.contains(note) == true } == true)
    let diagnosis = try await folder.valid("doctor", "doctor")
    let check = diagnosis["checks"]?.array?.first { $0["name"] == "signing" }
    #expect(check?["fine"] == true && check?["facts"]?["format"]?.string == way.format)
    let run = try await folder.ledgerctl("run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")
    try folder.git("verify-commit", "HEAD")
    // gpg trusts a key that it made itself.
    #expect(try folder.git("log", "-1", "--format=%G?") == "G\n")
    #expect(
      try folder.git("log", "-1", "--format=%(trailers:key=Ledger-Batch,valueonly)").hasPrefix("batch-"))
    #expect(try folder.git("fsck", "--strict") == "")
    #expect(try await folder.ledgerctl("verify").exit == 0)
    let intents = try await folder.events("--type", "commit.intended")
    #expect(intents.first?["data"]?["object"]?.string == (try folder.git("cat-file", "commit", "HEAD")))
  }

  @Test("A commit that was signed and not yet landed is landed with the very same bytes", arguments: ways)
  func recovered(_ way: (format: String, setUp: String)) async throws {
    let folder = try signing(way.setUp)
    defer { forget(folder) }
    // The lock of another git keeps the branch from moving after the intent.
    try folder.write("", to: ".git/refs/heads/main.lock")
    let stopped = try await folder.ledgerctl("run", "batch.json")
    #expect(stopped.exit == 75, "\(stopped.errors)")
    #expect(try folder.commits() == 2)
    let intended = try await folder.events("--type", "commit.intended")
    #expect(intended.count == 1)
    // From here on nobody could sign, and the object itself is gone.
    try folder.shell("rm .git/refs/heads/main.lock; git config gpg.format none; git config gpg.program false")
    let sha = try #require(intended.first?["data"]?["new"]?.string)
    try folder.shell("rm -f .git/objects/\(sha.prefix(2))/\(sha.dropFirst(2))")
    let resumed = try await folder.ledgerctl("resume")
    #expect(resumed.exit == 0, "\(resumed.errors)")
    #expect(try folder.git("rev-parse", "HEAD") == "\(sha)\n")
    #expect(try await folder.events("--type", "commit.intended").count == 1)
    try folder.shell("git config --unset gpg.program; git config gpg.format \(way.format)")
    try folder.git("verify-commit", "HEAD")
  }

  @Test("A configuration that can't sign is refused with 78 before anything is registered")
  func unavailable() async throws {
    for setUp in [
      "git config gpg.format ssh", "git config gpg.format pigeon", "git config gpg.program no-such-program",
      "git config gpg.program /no/such/program", "git config gpg.format x509; git config gpg.x509.program /",
    ] {
      let folder = try signing(setUp)
      let refused = try await folder.ledgerctl("run", "batch.json", "--format", "json")
      #expect(refused.exit == 78, "\(setUp)")
      #expect(try refused.json()["errors"]?.array?.first?["code"] == "signing_unavailable", "\(setUp)")
      #expect(try await folder.events().isEmpty)
      let diagnosis = try await folder.valid("doctor", "doctor", exit: 1)
      #expect(diagnosis["checks"]?.array?.contains { $0["name"] == "signing" && $0["fine"] == false } == true)
    }
  }

  /// Programs that don't sign, and how.
  static let failures = [
    "echo 'no secret key' >&2; exit 2", "exit 0", "printf garbage", "kill -9 $$",
  ]

  @Test(
    "A signature that fails ends with 78 and leaves the batch packaged; once the cause is fixed, it continues",
    arguments: failures)
  func failing(_ script: String) async throws {
    let folder = try signing(Self.ways[0].setUp)
    try folder.hook("signer", script, in: ".home")
    try folder.shell("git config gpg.format openpgp; git config gpg.program \"$HOME/signer\"")
    let refused = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(refused.exit == 78)
    let result = try refused.json()
    #expect(result["errors"]?.array?.first?["code"] == "signing_failed")
    #expect(result["batches"]?.array?.first?["state"] == "packaged")
    #expect(try folder.commits() == 2)
    #expect(!folder.exists("assets"))
    #expect(try await folder.events("--type", "commit.intended").isEmpty)
    try folder.shell("git config gpg.format ssh")
    let mended = try await folder.ledgerctl("run", "batch.json")
    #expect(mended.exit == 0, "\(mended.errors)")
    try folder.git("verify-commit", "HEAD")
    #expect(try folder.commits() == 3)
  }

  @Test("Without it nothing is signed, whatever commit.gpgSign says")
  func notAsked() async throws {
    let folder = try SampleFolder()
    try folder.hook("signer", "echo ran >\"$HOME/ran\"; exit 1", in: ".home")
    try folder.shell("git config commit.gpgSign true; git config gpg.program \"$HOME/signer\"")
    let run = try await folder.ledgerctl("run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")
    #expect(!folder.exists(".home/ran"))
    #expect(!(try folder.git("cat-file", "commit", "HEAD")).contains("gpgsig"))
  }
}
