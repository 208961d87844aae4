import Core
import Runner

/// Puts faults into words for people.
enum FaultText {
  /// All of them, a message that is the same for several assets once, and a hint once for those that share it.
  static func text(of faults: [Fault], _ style: Style) -> String {
    var told: [Fault] = []
    var assets: [[String]] = []
    for fault in faults {
      if let place = told.firstIndex(where: {
        $0.message == fault.message && $0.line == fault.line && $0.path == fault.path
      }) {
        if let asset = fault.asset { assets[place].append(asset) }
        continue
      }
      told.append(fault)
      assets.append(fault.asset.map { [$0] } ?? [])
    }
    return told.enumerated().map { index, fault in
      var fault = fault
      if assets[index].count > 1 {
        let others = assets[index].filter { !fault.message.contains("\"\($0)\"") }
        if !others.isEmpty { fault.message += " (\(others.joined(separator: ", ")))" }
        if let hint = fault.hint, hint.contains(" \(assets[index][0])`") {
          fault.hint = hint.replacing(
            " \(assets[index][0])`", with: " \(assets[index].joined(separator: " "))`")
        }
      }
      if index + 1 < told.count, told[index + 1].hint == fault.hint { fault.hint = nil }
      return text(of: fault, style)
    }.joined()
  }

  /// A line with what failed, and one with the next step where there is one.
  static func text(of fault: Fault, _ style: Style) -> String {
    var place = ""
    // A message about the file as a whole names it.
    let isOfWhole = fault.path.map { fault.message.hasPrefix("\"\($0)\"") } ?? false
    if let line = fault.line, !isOfWhole {
      place = (fault.path.map { "\(VisibleText.showing($0)):" } ?? "") + "\(line):"
      place += fault.column.map { "\($0):" } ?? ""
      place += " "
    }
    var text = "\(style("error:", .bad)) \(place)\(VisibleText.line(fault.message))\n"
    if let hint = fault.hint { text += "\(style("hint:", .quiet)) \(VisibleText.line(hint))\n" }
    return text
  }
}
