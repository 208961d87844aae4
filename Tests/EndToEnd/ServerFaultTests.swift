import Core
import Foundation
import GitRepository
import Testing

@testable import Runner

// One at a time, for each has time-outs of its own.
@Suite("Outside programs that misbehave, through the command", .serialized)
struct ServerFaultTests {
  static let servers =
    "/" + "\(#filePath)".split(separator: "/").dropLast(2).joined(separator: "/") + "/Servers"

  /// A repository whose extractor is the fake server that behaves in that way; none of its pictures has another size
  /// than the one that the server believes in.
  static func folder(
    _ words: String..., timeout: String = "1s",
    limits: String = "max_attempts: 1, in_flight: 1, max_wait: 5s"
  ) throws -> SampleFolder {
    let folder = try SampleFolder()
    folder.environment["SIDEKICK_KEY"] = "sesame-opens-the-mountain"
    let command = (["python3", "\(servers)/fake.py"] + words).joined(separator: ", ")
    try folder.write(
      """
      extractor: { kind: mcp, command: [\(command)], arguments: { code: "@asset_id" }, env: [SIDEKICK_KEY], timeout: \(timeout) }
      limits: { \(limits) }
      """, to: "ledger.yaml")
    try folder.write("/ledger.yaml\n/told\n", to: ".git/info/exclude")
    try folder.shell(
      """
      python3 - <<'END'
      import struct, zlib
      def chunk(name, data):
          return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
      for index, stem in enumerate(["3", "4", "6"]):
          rows = b"".join(b"\\0" + bytes([index * 40, y & 255, 90]) * 512 for y in range(512))
          with open(f"downloads/{stem}.png", "wb") as file:
              file.write(b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 512, 512, 8, 2, 0, 0, 0))
                         + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
      END
      """)
    try folder.writeManifest { draft in
      for index in draft.assets.indices {
        draft.assets[index].path = "downloads/\(draft.assets[index].id.dropFirst(6)).png"
      }
    }
    return folder
  }

  @Test(
    "Noise around an answer is passed over, and the batch is committed",
    arguments: [
      "banner", "crlf", "pieces", "listed", "repeated_id", "unasked", "stderr_flood", "fence", "prose",
      "wrapped",
    ])
  func noise(_ how: String) async throws {
    let folder = try Self.folder(how)
    let done = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(done.exit == 0, "\(done.text)")
    #expect(try folder.commits() == 2)
  }

  /// How a server answers about ASSET-4, the exit, the code of the failure and words of it.
  static let faults: [(how: String, exit: Int32, code: String, says: String)] = [
    ("is_error", 1, "rejected", "said no: \"the picture shows nothing\""),
    ("rpc_error", 1, "rejected", "error -32000: \"the model is asleep\""),
    ("no_outcome", 1, "bad_reply", "has neither \"result\" nor \"error\""),
    ("invalid_json", 1, "bad_reply", "is not valid JSON"),
    ("nonsense", 1, "bad_reply", "holds no JSON object"),
    ("number_for_text", 1, "bad_reply", "expected a string, found 7"),
    ("needs_input", 1, "bad_reply", "found \"input_required\""),
    ("wrong_id", 69, "extractor_timeout", "did not answer within"),
    ("never", 69, "extractor_timeout", "did not answer within"),
    ("progress_for_ever", 69, "extractor_timeout", "did not answer within"),
    ("endless_line", 76, "extractor_protocol", "broke the protocol: expected lines of at most"),
    ("dies", 69, "extractor_unavailable", "went away in the middle of a call"),
    ("closes_stdout", 69, "extractor_unavailable", "went away in the middle of a call"),
  ]

  @Test(
    "A wrong field of an answer is a note, and the batch lands",
    arguments: [
      ("number_for_name", "purpose: expected text, found 7; it was left out."),
      ("no_colour", "palette: \"reddish\" is not a colour; it was left out."),
      ("other_size", "dimensions: the reply says 4 × 4; the image has 512 × 512."),
    ])
  func wrongField(_ how: String, _ note: String) async throws {
    let folder = try Self.folder(how, "only:ASSET-4")
    let done = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(done.exit == 0, "\(done.text)")
    let notes = try #require(try done.json()["notes"]?.array)
    #expect(notes.contains { $0["message"]?.string?.contains(note) == true }, "\(notes)")
  }

  @Test("What is wrong with one answer fails its asset, with what was wrong, and no other", arguments: faults)
  func fault(_ fault: (how: String, exit: Int32, code: String, says: String)) async throws {
    // Ten megabytes take their time on a busy machine.
    let folder = try Self.folder(
      fault.how, "only:ASSET-4", timeout: fault.how == "endless_line" ? "30s" : "1s")
    let done = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(done.exit == fault.exit, "\(done.text)")
    let assets = try #require(try done.json()["batches"]?.array?.first?["assets"]?.array)
    #expect(assets.map { $0["state"]?.string == "packaged" } == [true, false, true], "\(done.text)")
    let error = try #require(assets[1]["error"])
    #expect(error["code"]?.string == fault.code)
    #expect(error["message"]?.string?.contains(fault.says) == true, "\(error)")
    #expect(try folder.commits() == 1)
    #expect(!folder.exists("assets"))
  }

  @Test("A server that can't be used ends the run with 69 and its last words; nothing is spent or placed")
  func unusable() async throws {
    let folder = try Self.folder("dies_at_start")
    let done = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(done.exit == 69)
    let error = try #require(try done.json()["errors"]?.array?.first)
    #expect(error["message"]?.string?.contains("no module named cheese") == true)
    #expect(!folder.exists("assets"))
  }

  @Test(
    "At the end of a run neither the server nor its children are left",
    arguments: ["with_child", "ignores_terminate"])
  func leavesNothing(_ how: String) async throws {
    let folder = try Self.folder(how, "told")
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    let processes = try String(decoding: folder.read("told"), as: UTF8.self).split(separator: " ").compactMap
    {
      Int32($0)
    }
    #expect(processes.count == 2)
    for process in processes {
      // What nobody inherits in a container stays as a zombie.
      let state = try folder.shell("cat /proc/\(process)/stat 2> /dev/null || true")
      #expect(state == "" || state.contains(") Z "), "\(state)")
    }
  }

  @Test("Escapes in a server's words are visible wherever they are shown, and stay JSON's in JSON")
  func escapes() async throws {
    let folder = try Self.folder("escapes", "only:ASSET-4")
    let told = try await folder.ledgerctl("run", "batch.json")
    #expect(told.exit == 1)
    let screens = [
      told.errors, try await folder.ledgerctl("status", "@last").text,
      try await folder.ledgerctl("events").text,
      try await folder.ledgerctl("explain", "@last", "ASSET-4").text,
    ]
    for screen in screens {
      #expect(!screen.unicodeScalars.contains { VisibleText.isHidden($0) && $0 != "\n" }, "\(screen)")
    }
    #expect(told.errors.contains("\\u{1b}]0;owned\\u{7} \\u{202e}gnp.exe \\u{9b}31m <b>{{name}}</b>"))
    let json = try await folder.ledgerctl("status", "@last", "--format", "json")
    #expect(json.text.contains("\\u001b]0;owned\\u0007"))
  }

  @Test("A secret that a server tells is nowhere: not in the ledger, on a screen or in the repository")
  func secrets() async throws {
    let folder = try Self.folder("tells_secret", "only:ASSET-4")
    let told = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(told.exit == 1)
    #expect(told.text.contains("wrong key [redacted], Authorization: Bearer [redacted]"))
    let shown = try await [folder.ledgerctl("events"), folder.ledgerctl("status", "@last")].map(\.text)
    let found = try folder.shell(
      "grep -rlaE 'sesame-opens-the-mountain|abcdefghijklmnop1234' .ledger .git assets frontend 2>/dev/null || true"
    )
    #expect(found == "")
    for text in shown + [told.text, told.errors] {
      #expect(!text.contains("sesame-opens") && !text.contains("abcdefghijklmnop1234"))
    }
  }

  /// What a limited program says and ends with, the code, and the wait in seconds that is believed, if one is.
  static let limits: [(script: String, code: String, waitSeconds: Double?)] = [
    ("echo 'retry after 38 seconds' >&2; exit 75", "limited", 38),
    ("echo 90 >&2; exit 75", "limited", 90),
    ("exit 75", "limited", nil),
    ("echo 'Retry-After: 99999999' >&2; exit 75", "limited", 86_400),
    ("echo 'Retry-After: -1' >&2; exit 75", "limited", nil),
    ("echo 'Retry-After: soon' >&2; exit 75", "limited", nil),
    ("echo 'HTTP 429, retryDelay: \"38s\"' >&2; exit 1", "limited", 38),
    ("echo '{\"error\": {\"code\": 429, \"retry_after\": 120}}'", "limited", 120),
    ("echo 'RESOURCE_EXHAUSTED: 50 requests per day' >&2; exit 1", "daily_quota", nil),
    ("date -u -d '+10 minutes' '+Retry-After: %a, %d %b %Y %H:%M:%S GMT' >&2; exit 75", "limited", 600),
  ]

  @Test(
    "A limit, however it is told, defers and ends with 75; no attempt is spent, and the wait is capped",
    arguments: limits)
  func limited(_ limit: (script: String, code: String, waitSeconds: Double?)) async throws {
    let folder = try SampleFolder()
    try folder.write("#!/bin/sh\ncat > /dev/null\n\(limit.script)\n", to: "limited.sh")
    try folder.write(
      "extractor: { kind: exec, command: [/bin/sh, limited.sh] }\nlimits: { max_wait: 1ms, max_attempts: 1 }\n",
      to: "ledger.yaml")
    let started = Date()
    let done = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(done.exit == 75, "\(done.text)")
    let result = try done.json()
    let assets = try #require(result["batches"]?.array?.first?["assets"]?.array)
    // Those that were not asked yet only wait with it.
    let states = Set(assets.compactMap { $0["state"]?.string })
    #expect(states.contains("deferred") && states.isSubset(of: ["deferred", "validated"]), "\(done.text)")
    #expect(try await folder.events("--type", "stage.failed").isEmpty)
    let deferrals = try await folder.events("--type", "stage.deferred")
    #expect(deferrals.contains { $0["data"]?["code"]?.string == limit.code })
    let clock = ISO8601DateFormatter()
    clock.formatOptions.insert(.withFractionalSeconds)
    let retryAt = result["retry_at"]?.string.flatMap(clock.date)
    if let wait = limit.waitSeconds {
      let seconds = try #require(retryAt).timeIntervalSince(started)
      #expect((wait - 2...wait + 120).contains(seconds), "\(seconds)")
    } else if limit.code == "daily_quota" {
      #expect(retryAt == nil)
    }
    #expect(!folder.exists("assets"))
    #expect(try folder.commits() == 1)
  }
}
