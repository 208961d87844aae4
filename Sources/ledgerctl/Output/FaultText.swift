import Runner

/// Puts faults into words for people.
enum FaultText {
  /// A line with what failed, and one with the next step where there is one.
  static func text(of fault: Fault, _ style: Style) -> String {
    var place = ""
    if let line = fault.line {
      place = (fault.path.map { "\(VisibleText.line($0)):" } ?? "") + "\(line):"
      place += fault.column.map { "\($0):" } ?? ""
      place += " "
    }
    var text = "\(style("error:", .bad)) \(place)\(VisibleText.line(fault.message))\n"
    if let hint = fault.hint { text += "\(style("hint:", .quiet)) \(VisibleText.line(hint))\n" }
    return text
  }
}
