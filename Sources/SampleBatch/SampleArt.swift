import StrictJSON

/// The batch that `demo` and the quickstart run: three pictures drawn here, pixel for pixel the same
/// everywhere.
package enum SampleArt {
  package static let batchID = "batch-theatrical-specimens"

  /// A picture with what its manifest says of it.
  package struct Piece: Sendable {
    package var assetID: String
    package var fileName: String
    package var name: String
    package var category: String
    package var score: Int
    /// The manifest's `specs`, name and category included.
    package var specs: JSONValue
    /// Draws the picture and returns it as a PNG.
    package var draw: @Sendable () -> [UInt8]

    package init(
      _ assetID: String, name: String, category: String, score: Int, mode: String, purpose: String,
      specimens: [String], draw: @escaping @Sendable () -> [UInt8]
    ) {
      self.assetID = assetID
      fileName = assetID.lowercased() + "-validated.png"
      self.name = name
      self.category = category
      self.score = score
      specs = .object([
        .init("name", .string(name)), .init("category", .string(category)), .init("mode", .string(mode)),
        .init("purpose", .string(purpose)), .init("specimens", .array(specimens.map(JSONValue.string))),
      ])
      self.draw = draw
    }
  }

  /// The pieces in the order of the manifest.
  package static let all: [Piece] = [
    Piece(
      "ASSET-3", name: "Nocturnal Canopy", category: "patterns", score: 92, mode: "Gallery",
      purpose: "Seamless background pattern", specimens: ["Eucalyptus", "Wattle", "Banksia"],
      draw: NocturnalCanopy.draw),
    Piece(
      "ASSET-4", name: "Footlight Banksia", category: "specimens", score: 94, mode: "Gallery",
      purpose: "Specimen portrait on a light page", specimens: ["Banksia"], draw: FootlightBanksia.draw),
    Piece(
      "ASSET-6", name: "Curtain Call Gum", category: "specimens", score: 91, mode: "Theatre",
      purpose: "Specimen portrait on a dark page", specimens: ["Eucalyptus"], draw: CurtainCallGum.draw),
  ]
}
