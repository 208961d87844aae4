import Core
import Foundation
import GitRepository
import StrictJSON
import Testing

@testable import Runner

/// A secret of a random kind, spelt in a random way, said in every place where a program can say something.
@Suite("A random secret", .serialized)
struct SecretPropertyTests {
  private static let servers =
    "/" + "\(#filePath)".split(separator: "/").dropLast(2).joined(separator: "/") + "/Servers"
  private static let ways = [
    "answer", "structured", "is_error", "parted", "rpc_error", "limited", "unfinished", "no_content",
    "no_facts",
    "no_json", "behind_output", "wrong_id", "dies", "noise", "flood",
  ]

  /// A secret of 10 to 90 characters, now and then with what spellings are about, or of several lines.
  private static func secret(using random: inout SplitMix64) -> String {
    let plain = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
    let odd = plain + Array("+/=_-.:%&<>\"'\\$ @!äß€𝄞")
    let letters = Bool.random(using: &random) ? plain : odd
    let count = Int.random(in: 10...90, using: &random)
    var text = (0..<count).map { _ in String(letters.randomElement(using: &random) ?? "x") }.joined()
    if Int.random(in: 0..<5, using: &random) == 0 {
      text = (0..<4).map { _ in text.prefix(40) + "\(UInt64.random(in: .min ... .max, using: &random))" }
        .joined(separator: "\n")
    }
    return text
  }

  /// Where a string holds half of another, or enough of it for whoever finds it.
  private static func leak(of said: String, in text: String) -> String? {
    let bytes = Array(said.utf8)
    let length = min(bytes.count, max(10, bytes.count / 2))
    let haystack = Data(text.utf8)
    for start in 0...(bytes.count - length) {
      let part = Data(bytes[start..<start + length])
      if haystack.range(of: part) != nil { return String(decoding: part, as: UTF8.self) }
    }
    return nil
  }

  @Test(
    "It never reaches ledger, screen, commit or object, however it is spelt, said and cut",
    arguments: 0..<15)
  func said(_ seed: UInt64) async throws {
    var random = SplitMix64(seed: seed &+ 15_000)
    let secret = Self.secret(using: &random)
    let spelling = SecretSpelling.random(of: secret, using: &random)
    let how = Self.ways[Int(seed) % Self.ways.count]
    let kind = seed % 3 == 0 ? "exec" : "mcp"
    let folder = try SampleFolder()
    folder.environment["MYSECRET"] = secret
    try folder.write(
      """
      extractor: { kind: \(kind), command: [python3, "\(Self.servers)/leaky.py", .home/plan.json], env: [MYSECRET], timeout: 20s }
      limits: { max_attempts: 1, max_wait: 0s }
      """, to: "ledger.yaml")
    try folder.write("/ledger.yaml\n", to: ".git/info/exclude")
    let plan: JSONValue = [
      "how": .string(how), "kind": .string(kind), "spelling": .string(spelling),
      "seed": JSONValue(Int64(seed)),
    ]
    try folder.write(JSONWriter.compact(plan), to: ".home/plan.json")
    try folder.writeManifest { $0.assets.removeLast(2) }

    var heard = ""
    for words in [
      ["run", "batch.json", "--progress", "plain"], ["retry", "@last", "--format", "jsonl"],
      ["status", "@last", "--format", "json"], ["events", "--format", "jsonl"], ["report", "@last"],
      ["doctor", "--contact"], ["cancel", "@last", "--why", "It said \(spelling)."],
    ] {
      let outcome = try await BuiltCommand.run(words, in: folder.root, environment: folder.environment)
      #expect(outcome.exit >= 0 && outcome.exit != 70, "\(words): \(outcome.exit)")
      heard += outcome.text + outcome.errors
    }
    heard += try folder.shell(
      """
      find .ledger assets frontend -type f -print -exec cat {} + 2> /dev/null | tr '\\0' ' ' || true
      git cat-file --batch-all-objects --batch | tr '\\0' ' '
      """)
    for said in Set([secret, spelling]) {
      let leaked = Self.leak(of: said, in: heard)
      #expect(leaked == nil, "seed \(seed), \(kind) \(how): \(secret) as \(spelling)")
    }
  }
}
