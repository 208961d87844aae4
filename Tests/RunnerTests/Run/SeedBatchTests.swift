import Foundation
import Testing

@testable import Runner

@Suite("The reference batch, over real SQLite, real git and real images")
struct SeedBatchTests {
  @Test("Three assets become one commit of nine files and three copies; again, nothing is done")
  func oneCommit() async throws {
    let repository = try SampleRepository()
    defer { repository.remove() }
    let project = try repository.project()
    let report = try await project.runner().run(try repository.request(project))
    #expect(report.faults == [])
    #expect(report.exit == .done)
    #expect(report.state.phase == .committed)
    #expect(report.state.metrics.created == 9)
    #expect(report.state.metrics.directories == 3)
    #expect(
      try repository.git("log", "--format=%s") == """
        feat(assets): Add batch theatrical specimens - Assets 3,4,6
        Begin

        """)
    #expect(try repository.git("status", "--porcelain", "--", "assets", "frontend") == "")
    #expect(try repository.git("show", "--name-only", "--format=", "HEAD").split(separator: "\n").count == 12)
    let again = try await project.runner().run(try repository.request(project))
    #expect(again.exit == .done)
    #expect(again.state.version == report.state.version)
    await project.store.close()
  }
}
