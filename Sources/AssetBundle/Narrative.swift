import Core

/// Tells what was measured of an asset in a few sentences, the same ones every time.
package enum Narrative {
  /// Returns one paragraph; text from outside is escaped.
  package static func text(_ facts: AssetFacts, _ escaping: TextEscaping) -> String {
    [opening(facts, escaping), ground(facts), palette(facts), density(facts), room(facts)]
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

  private static func ground(_ facts: AssetFacts) -> String {
    guard let background = facts.background else { return "Its background is transparent." }
    return "Its background is \(background.words) (`\(background.hex)`)."
  }

  private static func palette(_ facts: AssetFacts) -> String {
    let main = named(facts.primary)
    let accents = named(facts.accents)
    guard !main.isEmpty else { return "" }
    var text = main.count == 1 ? "The main colour is \(main[0])" : "The main colours are \(joined(main))"
    if !accents.isEmpty {
      text += ", with \(joined(accents)) as \(accents.count == 1 ? "an accent" : "accents")"
    }
    return text + "."
  }

  private static func density(_ facts: AssetFacts) -> String {
    let most = facts.densest
    let least = facts.quietest
    if most.percent == 0 { return "Nothing stands out from the background in any zone." }
    guard most.percent > least.percent else { return "Every zone is covered to \(most.percent) %." }
    return
      "The \(most.words) is the fullest zone, with \(most.percent) % covered, and the \(least.words) the "
      + "emptiest, with \(least.percent) %."
  }

  private static func room(_ facts: AssetFacts) -> String {
    facts.roomForText.map { "There is room for text in the \($0.words)." } ?? ""
  }

  /// Colours by name, each name once with all its values, in the order of the palette.
  private static func named(_ colours: [RGB]) -> [String] {
    var names: [(words: String, values: [String])] = []
    for colour in colours {
      if let index = names.firstIndex(where: { $0.words == colour.words }) {
        names[index].values.append("`\(colour.hex)`")
      } else {
        names.append((colour.words, ["`\(colour.hex)`"]))
      }
    }
    return names.map { "\($0.words) (\($0.values.joined(separator: ", ")))" }
  }

  private static func joined(_ parts: [String]) -> String {
    guard let last = parts.last, parts.count > 1 else { return parts.first ?? "" }
    return parts.dropLast().joined(separator: ", ") + " and " + last
  }
}
