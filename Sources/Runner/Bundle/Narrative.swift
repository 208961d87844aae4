/// Tells an asset's facts in a few sentences, the same ones every time.
enum Narrative {
  /// Returns one paragraph; text from outside is escaped.
  static func text(_ facts: AssetFacts, _ escaping: TextEscaping) -> String {
    [
      opening(facts, escaping), palette(facts), density(facts), subject(facts, escaping),
      closing(facts, escaping),
    ]
    .filter { !$0.isEmpty }.joined(separator: " ")
  }

  private static func opening(_ facts: AssetFacts, _ escaping: TextEscaping) -> String {
    let dimensions = facts.input.idf.dimensions
    let name = escaping.of(facts.input.name)
    let category = escaping.of(facts.input.category)
    let format = escaping.of(dimensions.format)
    let size = "\(dimensions.width) × \(dimensions.height) px"
    return "\(name) is a \(format) of \(size) in the category \(category)."
  }

  private static func palette(_ facts: AssetFacts) -> String {
    var text = "Its ground is \(facts.background.map(named) ?? IDF.transparent)"
    if !facts.primary.isEmpty {
      let verb = facts.primary.count == 1 ? "carries" : "carry"
      text += "; \(joined(facts.primary.map(named))) \(verb) the motif"
    }
    if !facts.accents.isEmpty {
      text += ", with \(facts.accents.count == 1 ? "an accent" : "accents") of "
      text += joined(facts.accents.map(named))
    }
    return text + "."
  }

  private static func density(_ facts: AssetFacts) -> String {
    let most = facts.densest
    let least = facts.quietest
    guard most.percent > least.percent else {
      return "It is evenly filled: \(most.percent) % of every zone is covered."
    }
    return "It is densest in the \(most.words), where \(most.percent) % is covered, and quietest in the "
      + "\(least.words) with \(least.percent) %, which is where text finds room."
  }

  private static func subject(_ facts: AssetFacts, _ escaping: TextEscaping) -> String {
    let specimens = facts.specimens.compactMap { escaping.escaped($0) }
    return specimens.isEmpty ? "" : "It shows \(joined(specimens))."
  }

  private static func closing(_ facts: AssetFacts, _ escaping: TextEscaping) -> String {
    let mode = escaping.escaped(facts.mode).map { "It belongs to the mode \($0)." }
    let purpose = escaping.escaped(facts.purpose).map { purpose in
      let end = purpose.last.map { ".!?…".contains($0) } == true ? "" : "."
      return "Its purpose: \(purpose)\(end)"
    }
    return [mode, purpose].compactMap { $0 }.joined(separator: " ")
  }

  private static func named(_ colour: SRGBColour) -> String { "\(colour.words) (`\(colour.hex)`)" }

  private static func joined(_ parts: [String]) -> String {
    guard let last = parts.last, parts.count > 1 else { return parts.first ?? "" }
    return parts.dropLast().joined(separator: ", ") + " and " + last
  }
}
