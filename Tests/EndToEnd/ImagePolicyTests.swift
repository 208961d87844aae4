import Core
import Foundation
import GitRepository
import SampleBatch
import Testing

@testable import Runner

@Suite("What the policy says of images")
struct ImagePolicyTests {
  private static let note = "taken at 48.2082 N, 16.3738 E by Alice"

  /// A picture that carries text, a place and a tail.
  private static let laden: [UInt8] = {
    let plain = SampleFolder.pictures[0].bytes
    // Behind the signature and IHDR.
    return Array(plain.prefix(33)) + chunk("tEXt", "Comment\0" + note) + chunk("eXIf", note)
      + chunk("prVt", note) + plain.dropFirst(33) + Array(note.utf8)
  }()

  private static func chunk(_ name: String, _ data: String) -> [UInt8] {
    let body = Array((name + data).utf8)
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in body {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB8_8320 }
    }
    func bigEndian(_ number: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(number >> $0 & 0xFF) } }
    return bigEndian(UInt32(data.utf8.count)) + body + bigEndian(~crc)
  }

  private static func folder(_ policy: String) throws -> SampleFolder {
    let folder = try SampleFolder()
    try folder.write("policy: { \(policy) }\n", to: "ledger.yaml")
    try folder.write("/ledger.yaml\n", to: ".git/info/exclude")
    try folder.write(laden, to: "downloads/\(SampleFolder.pictures[0].name)")
    return folder
  }

  private static let production = "frontend/public/assets/*/asset-3.png"

  @Test(
    "strip_metadata lands the picture without text, EXIF, unknown chunks and tail, and stores none of them")
  func stripped() async throws {
    let folder = try Self.folder("strip_metadata: true")
    let plan = try await folder.ledgerctl("plan", "batch.json")
    #expect(plan.exit == 0, "\(plan.errors)")
    let run = try await folder.ledgerctl("run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")
    // What is left is the drawing as it was before anything was put in.
    let landed = Digest.sha256(SampleFolder.pictures[0].bytes).hex
    #expect(try folder.shell("cat \(Self.production) | sha256sum").hasPrefix(landed))
    #expect(try folder.shell("grep -h sha256 assets/ASSET-3-*/tokens.json").contains(landed))
    #expect(try folder.shell("git cat-file --batch-all-objects --batch | grep -ac 48.2082 || true") == "0\n")
    #expect(try folder.shell("grep -rla 48.2082 .ledger || true") == "")
    #expect(try await folder.valid("verify", "verify")["whole"] == true)
    for words in [["run", "batch.json"], ["plan", "batch.json"]] {
      let again = try await BuiltCommand.run(words, in: folder.root, environment: folder.environment)
      #expect(again.exit == 0 && !(again.text + again.errors).contains("changed"), "\(again.text)")
    }
    #expect(try folder.commits() == 2)
  }

  @Test("With strip_metadata a batch that waits keeps knowing its source, and sees where that changes")
  func resumed() async throws {
    let folder = try Self.folder("strip_metadata: true")
    #expect(try await folder.ledgerctl("run", "batch.json", "--until", "packaged").exit == 0)
    let plan = try await folder.ledgerctl("plan", "batch.json")
    #expect(!plan.text.contains("has changed"), "\(plan.text)")
    // The copy is lost, and made again from the source.
    let copy = Digest.sha256(SampleFolder.pictures[0].bytes).hex
    try folder.shell("rm -f '.ledger/objects/\(copy)'")
    try folder.write(Self.laden + Array("more".utf8), to: "downloads/\(SampleFolder.pictures[0].name)")
    let resumed = try await folder.ledgerctl("resume", SampleArt.batchID)
    #expect(resumed.exit == 0 && resumed.errors.contains("has changed"), "\(resumed.errors)")
    #expect(try folder.shell("cat \(Self.production) | sha256sum").hasPrefix(copy))
  }

  @Test("Without it an image lands byte for byte, with a note")
  func asItIs() async throws {
    let folder = try Self.folder("strip_metadata: false")
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    let landed = Digest.sha256(Self.laden).hex
    #expect(try folder.shell("cat \(Self.production) | sha256sum").hasPrefix(landed))
    let completed = try await folder.events("--asset", "ASSET-3", "--stage", "validate")
    let notes = completed.compactMap { $0["data"]?["notes"]?.array?.compactMap(\.string) }.flatMap { $0 }
    #expect(Set(notes).isSuperset(of: ["text", "exif", "trailing_bytes"]), "\(notes)")
  }

  @Test("A broken image is broken with it, too, and a long tail is refused and not cut off")
  func broken() async throws {
    let folder = try Self.folder("strip_metadata: true")
    try folder.write(Array(Self.laden.prefix(2000)), to: "downloads/\(SampleFolder.pictures[0].name)")
    try folder.write(
      SampleFolder.pictures[1].bytes + [UInt8](repeating: 0, count: 2 << 20),
      to: "downloads/\(SampleFolder.pictures[1].name)")
    let run = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(run.exit == 1)
    let outcomes = try ImageRefusalTests.outcomes(run.json())
    #expect(
      Set(outcomes.values) == ["image_truncated", "image_trailing_data", "packaged"], "\(outcomes)")
  }

  @Test("An image of more than max_bytes is refused with 65 before it is read, all of them at once")
  func maxBytes() async throws {
    let folder = try Self.folder("max_bytes: 100000")
    try folder.shell("truncate -s 1900M downloads/\(SampleFolder.pictures[1].name)")
    for verb in ["plan", "run"] {
      let refused = try await folder.ledgerctl(verb, "batch.json", "--format", "json")
      #expect(refused.exit == 65, "\(refused.text)")
      #expect(refused.text.components(separatedBy: "\"image_over_limit\"").count - 1 == 3, "\(refused.text)")
    }
    #expect(try folder.shell("ls .ledger/objects 2> /dev/null | wc -l").dropLast() == "0")
    folder.environment["LEDGERCTL_POLICY_MAX_BYTES"] = "2147483648"
    try folder.write(SampleFolder.pictures[1].bytes, to: "downloads/\(SampleFolder.pictures[1].name)")
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
  }

  @Test("By default an image may have 32 MiB")
  func standard() async throws {
    let folder = try Self.folder("min_score: 90")
    try folder.shell("truncate -s 33554433 downloads/\(SampleFolder.pictures[1].name)")
    let refused = try await folder.ledgerctl("run", "batch.json")
    #expect(
      refused.exit == 65 && refused.errors.contains("expected at most 33554432 bytes"), "\(refused.errors)")
  }
}
