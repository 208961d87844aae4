import BatchModel
import Core
import Ledger
import Reports
import Runner

/// Reads what a page about one batch shows: its events, pictures and design facts.
struct PageReader {
  let project: Project
  let batch: BatchID

  /// The longer side of a picture in pixels. With many assets pictures are smaller, so that a page stays one that can
  /// be sent on.
  private static func longestSide(assets: Int) -> Int { assets <= 8 ? 320 : 160 }

  func page() async throws -> ReportPage {
    let events = try await events()
    let report = BatchReport(batch, events.map(\.stamped))
    let landing = (try? project.landing(of: report.state)) ?? nil
    let status = report.state.status(
      isRunning: project.owner(of: batch) != nil, landing: landing, at: SystemClock().now())
    let side = Self.longestSide(assets: report.assets.count)
    return ReportPage(
      head: head(report, status), assets: report.assets.map { card($0, report.state, side) }, events: events)
  }

  private func events() async throws -> [ReportEvent] {
    try await project.events(matching: EventQuery(batch: batch.text)).map { event in
      let stamped: StampedEvent
      do throws(UnreadableEvent) { stamped = try StampedEvent(event) } catch { throw Fault.unreadable(error) }
      return ReportEvent(
        position: event.position, stamped: stamped, summary: EventSummary.text(stamped.event))
    }
  }

  private func head(_ report: BatchReport, _ status: BatchStatus) -> ReportPage.Head {
    let state = report.state
    let metrics = state.metrics
    return ReportPage.Head(
      batch: batch, outcome: status.rawValue,
      commit: state.confirmation?.sha ?? state.completion?.commit, revertedBy: state.reversion?.commit,
      branch: state.registration?.branchName, startedMs: report.startedMs, endedMs: report.endedMs,
      workedMs: metrics.elapsedMs, waitedMs: report.waitingMs, runs: state.runs.count,
      interruptedRuns: state.runs.count(where: \.wasInterrupted), calls: report.calls,
      callsInDoubt: metrics.extractor.inDoubt, reused: metrics.extractor.reused,
      cost: report.cost.map(\.text), saved: report.saved.map(\.text), toolVersion: Project.version)
  }

  private func card(
    _ asset: BatchReport.Asset, _ state: BatchState, _ side: Int
  ) -> ReportPage.AssetCard {
    var card = ReportPage.AssetCard(
      id: asset.id, name: asset.name, category: asset.category, path: asset.path, score: asset.score,
      state: asset.state.rawValue, picture: .missing("The image is not shown."),
      files: files(asset.id, state),
      workedMs: asset.stagesMs.values.reduce(0, +), waitedMs: asset.waitingMs, calls: asset.calls,
      cost: asset.cost.map(\.text))
    guard let found = state[asset: asset.id] else { return card }
    card.picture = picture(of: found, side)
    card.idf = (try? project.designFacts(of: found)) ?? nil
    card.problem = state.faults(batch: batch).first { $0.asset == asset.id.text }?.message
    return card
  }

  /// The page is made without a picture that can't be shown, and says why.
  private func picture(of asset: AssetState, _ side: Int) -> ReportPage.Picture {
    do {
      guard let picture = try project.picture(of: asset, longestSide: side) else {
        return .missing("The file is not a PNG, so no picture of it is kept.")
      }
      return .png(picture.png, width: picture.width, height: picture.height)
    } catch {
      return .missing("The image can't be shown: \(error.message)")
    }
  }

  private func files(_ asset: AssetID, _ state: BatchState) -> [ReportPage.File] {
    (state.placement?.targets ?? []).filter { $0.asset == asset }.map {
      ReportPage.File(path: $0.path, action: PlanDocument.action($0, []))
    }
  }
}
