import Core
import Foundation
import GitRepository
import Testing

@testable import BatchModel
@testable import Runner
@testable import ledgerctl

@Suite("Words, times and lines on screens")
struct ScreenTests {
  @Test(
    "Times are written as RFC 3339 and read back",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (1_785_414_896_789, "2026-07-30T12:34:56.789Z"),
      (951_782_400_000, "2000-02-29T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
      (4_107_542_399_999, "2100-02-28T23:59:59.999Z"), (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
    ] as [(Int64, String)])
  func times(ms: Int64, text: String) {
    #expect(CivilTime.rfc3339(ms: ms) == text)
    #expect(TimeText.ms(rfc3339: text) == ms)
  }

  @Test("Every day of four centuries comes after the one before it")
  func days() {
    var last = ""
    for day in stride(from: Int64(-73_000), to: 73_100, by: 1) {
      let text = CivilTime.rfc3339(ms: day * 86_400_000)
      #expect(text > last)
      #expect(TimeText.ms(rfc3339: text) == day * 86_400_000)
      last = text
    }
  }

  @Test("Offsets, fractions and lower case are read; what is not a time is refused")
  func otherTimes() {
    #expect(TimeText.ms(rfc3339: "2026-07-30T14:34:56+02:00") == 1_785_414_896_000)
    #expect(TimeText.ms(rfc3339: "2026-07-30t12:34:56.5z") == 1_785_414_896_500)
    #expect(TimeText.ms(rfc3339: "2026-07-30 12:34:56.7899999Z") == 1_785_414_896_789)
    for text in [
      "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-07-30T24:00:00Z", "2026-07-30T12:34:56",
      "2026-07-30",
      "2026-07-30T12:34:56.Z", "2026-07-30T12:34:56ZZ", "+026-07-30T12:34:56Z", "",
    ] {
      #expect(TimeText.ms(rfc3339: text) == nil, "\(text)")
    }
  }

  @Test(
    "How long something took is written in the units a person would choose",
    arguments: [
      (0, "0.00s"), (42, "0.04s"), (994, "0.99s"), (995, "1.0s"), (5_230, "5.2s"), (59_949, "59.9s"),
      (59_950, "1m00s"),
      (125_000, "2m05s"), (615_000, "10m15s"), (3_723_000, "1h02m03s"), (-5, "0.00s"),
    ] as [(Int64, String)])
  func spans(ms: Int64, text: String) {
    #expect(SpanText.text(ms: ms) == text)
  }

  @Test("The line of files tells what was updated and removed, in the singular too")
  func createdLine() {
    var metrics = BatchMetrics()
    (metrics.created, metrics.directories) = (9, 3)
    #expect(RunText.created(metrics) == "Created: 9 files across 3 directories")
    (metrics.created, metrics.directories, metrics.updated, metrics.removed) = (1, 1, 2, 3)
    #expect(RunText.created(metrics) == "Created: 1 file across 1 directory, updated 2, removed 3")
    #expect(
      RunText.created(metrics, images: 1)
        == "Created: 1 file across 1 directory, 1 image copied, updated 2, removed 3")
  }

  @Test("No line of the board is ever wider than the terminal", arguments: [1, 2, 5, 11, 29, 80, 200])
  func board(columns: Int) throws {
    let style = Style(.never, descriptor: 2, environment: [:])
    let board = ProgressBoard(columns: columns, style: style, hasBlocks: true)
    var state = BatchState()
    state.assets = ["A", "ASSET-12", String(repeating: "x", count: 64)].compactMap { id in
      AssetID(id).map { AssetState(id: $0, image: PinnedImage(asset: $0, digest: .zero, sizeBytes: 1)) }
    }
    let failure = StageFailure(
      code: "bad_reply", message: "The réply was \u{1B}[31m「文字」 and no IDF", retryable: false, durationMs: 1)
    state.assets[1].update(.validate) { $0.fail(failure) }
    let lines = board.lines(
      try #require(BatchID("spring")), state, at: Moment(wallMs: 0, bootMs: 0, boot: ""))
    #expect(lines.count == 4)
    for line in lines {
      #expect(LineText.width(line) <= columns, "\(line)")
      #expect(!line.unicodeScalars.contains("\u{1B}"))
    }
    if columns == 80 {
      #expect(lines[3] == "0 of 3 packaged, 1 failed, 0.0s  spring")
      #expect(lines[1].contains("failed in validate: The réply was \\u{1b}[31"))
    }
  }

  @Test("A board is written over the one before it, and what is longer than the new one is cleared")
  func rewriting() {
    #expect(Terminal.rewrite(["a", "b"], over: 0) == "a\u{1B}[K\nb\u{1B}[K\n")
    #expect(Terminal.rewrite(["a"], over: 2) == "\r\u{1B}[2Aa\u{1B}[K\n\u{1B}[J")
    #expect(Terminal.erase(lines: 0) == "")
  }
}
