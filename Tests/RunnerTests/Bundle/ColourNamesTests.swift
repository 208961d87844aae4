import AssetBundle
import Testing

@testable import Runner

@Suite("Names of colours")
struct ColourNamesTests {
  @Test(
    "A colour has the name that a person would give it",
    arguments: [
      ("#fef4e9", "cream"), ("#805721", "medium brown"), ("#4d4628", "dark olive"), ("#e51a08", "red"),
      ("#0000ff", "blue"), ("#8b4513", "brown"), ("#f5f5dc", "beige"), ("#f5deb3", "beige"),
      ("#808000", "olive"), ("#ffc0cb", "pink"), ("#ffd700", "gold"), ("#d4af37", "gold"),
      ("#4b3621", "dark brown"), ("#5c4033", "dark greyish brown"), ("#d2b48c", "tan"),
      ("#ffa500", "orange"), ("#ffff00", "yellow"), ("#008000", "green"), ("#800080", "purple"),
      ("#40e0d0", "turquoise"), ("#008080", "teal"), ("#000080", "navy blue"), ("#800000", "maroon"),
      ("#fa8072", "salmon"), ("#000000", "black"), ("#ffffff", "white"), ("#333333", "dark grey"),
      ("#555555", "dark grey"), ("#808080", "grey"), ("#d3d3d3", "light grey"), ("#fafafa", "off-white"),
    ])
  func everydayNames(hex: String, name: String) throws {
    let colour = try #require(RGB(hex))
    #expect(colour.words == name)
  }

  @Test("Some hundred names, of letters, spaces and hyphens")
  func tableIsWhole() {
    let names = Set(ColourNames.entries.map(\.name))
    #expect(names.count > 400 && ColourNames.entries.count > 590)
    #expect(names.allSatisfy { $0.allSatisfy { $0.isLetter || $0 == " " || $0 == "-" } })
    #expect(names.isSuperset(of: ["brown", "beige", "olive", "pink", "cream", "gold", "tan", "grey"]))
  }
}
