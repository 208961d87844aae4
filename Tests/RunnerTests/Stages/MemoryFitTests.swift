import Foundation
import Testing

@testable import Runner

@Suite("Stages running at once, by the memory there is")
struct MemoryFitTests {
  private static let reserve = MemoryFit.reserveBytes

  @Test(
    "As many as fit even if the largest meet, one at least, and never more than wanted",
    arguments: [
      (reserve + 100, [40, 40, 40], 5, 2),
      (reserve + 120, [40, 40, 40], 5, 5),
      (reserve + 90, [80, 5, 5, 5], 5, 3),
      (reserve + 100, [40, 40, 40], 1, 1),
      (0, [40, 40], 5, 1),
      (reserve, [], 5, 5),
      (.max, [40, 40], 3, 3),
    ] as [(Int64, [Int64], Int, Int)])
  func fitting(available: Int64, needs: [Int64], wanted: Int, expected: Int) {
    let fit = MemoryFit(availableBytes: available, needsBytes: needs)
    #expect(fit.jobs(wanted: wanted) == expected)
    #expect((fit.note(wanted: wanted) == nil) == (expected == wanted))
  }

  @Test("A machine short of memory works on fewer assets at once, says so, and still lands the batch")
  func landsWithLittle() async throws {
    let repository = try SampleRepository()
    defer { repository.remove() }
    let project = try repository.project()
    var surroundings = try project.surroundings()
    surroundings.availableMemoryBytes = { MemoryFit.reserveBytes + (3 << 20) }
    let report = await Runner(surroundings).run(try repository.request(project))
    #expect(report.state.phase == .committed)
    let note = try #require(report.notes.first { $0.code == "memory_short" }).message
    #expect(note.hasPrefix("Stages running at once: 1 instead of 5"))
    #expect(note.hasSuffix("67 MB of memory is available."))
    await project.store.close()
  }
}
