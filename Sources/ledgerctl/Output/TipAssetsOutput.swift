import Core
import GitRepository
import Runner
import StrictJSON

/// The assets at the tip, for people and for scripts: `ledgerctl/assets/v1`.
enum TipAssetsOutput {
  static let columns = [
    "id", "name", "category", "width", "height", "url", "files", "sha256", "score", "batch", "commit",
  ]

  static func text(_ assets: [TipAsset], _ form: Show.Form) -> String {
    switch form {
    case .json: JSONWriter.compact(document(assets)) + "\n"
    case .csv:
      ([columns] + assets.map(row)).map { $0.map(ReportTable.field).joined(separator: ",") + "\r\n" }.joined()
    case .text: lines(assets).map { $0 + "\n" }.joined()
    }
  }

  private static func lines(_ assets: [TipAsset]) -> [String] {
    let width = assets.map(\.id.count).max() ?? 0
    return assets.map { asset in
      var line = "\(VisibleText.line(asset.id).padded(to: width))  \(VisibleText.line(asset.name))"
      line += "  \(VisibleText.line(asset.category))"
      if let width = asset.width, let height = asset.height { line += "  \(width) × \(height)" }
      if let score = asset.score { line += "  score \(score)" }
      if let url = asset.url { line += "  \(VisibleText.line(url))" }
      if let batch = asset.batch, let commit = asset.commit {
        line += "  \(VisibleText.line(batch)), \(commit.prefix(7))"
      }
      return line
    }
  }

  private static func row(_ asset: TipAsset) -> [String] {
    [
      asset.id, asset.name, asset.category, asset.width.map(String.init) ?? "",
      asset.height.map(String.init) ?? "", asset.url ?? "", asset.files.joined(separator: "; "), asset.sha256,
      asset.score ?? "", asset.batch ?? "", asset.commit ?? "",
    ]
  }

  private static func document(_ assets: [TipAsset]) -> JSONValue {
    ["schema": "ledgerctl/assets/v1", "assets": .array(assets.map(json))]
  }

  private static func json(_ asset: TipAsset) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("id", .string(asset.id)), .init("name", .string(asset.name)),
      .init("category", .string(asset.category)),
    ]
    if let width = asset.width, let height = asset.height {
      members.append(.init("size", ["width": JSONValue(width), "height": JSONValue(height)]))
    }
    if let url = asset.url { members.append(.init("url", .string(url))) }
    members += [
      .init("files", .array(asset.files.map(JSONValue.string))), .init("sha256", .string(asset.sha256)),
    ]
    if let score = asset.score { members.append(.init("score", .number(score))) }
    if let batch = asset.batch { members.append(.init("batch", .string(batch))) }
    if let commit = asset.commit { members.append(.init("commit", .string(commit))) }
    return .object(members)
  }
}
