import BatchModel
import ImageAnalysis

extension Measurement {
  /// What was measured, as it is stored.
  package init(_ measures: ImageMeasures) {
    self.init(
      dimensions: .init(width: measures.facts.width, height: measures.facts.height),
      background: measures.background?.hex ?? IDF.transparent,
      palette: IDF.Palette(primary: measures.primary.map(\.hex), accents: measures.accents.map(\.hex)),
      densityZones: .init(measures.zones), transparency: measures.transparency,
      edges: .init(leftRight: measures.edges.leftRight, topBottom: measures.edges.topBottom),
      colours: measures.colours.map { Colour(hex: $0.colour.hex, share: $0.share) },
      remarks: measures.remarks)
  }
}

extension ImageMeasures {
  /// What a person should know of how an image was measured, in sentences.
  package var remarks: [String] {
    let notes = Set(facts.notes)
    var remarks: [String] = []
    if let colourSource { remarks.append("Colours were converted to sRGB from the image's \(colourSource).") }
    if notes.contains(.profileIgnored) {
      remarks.append("The image's colour profile can't be used and was ignored.")
    }
    if notes.contains(.animation) {
      remarks.append("The image is animated: only its first frame was measured.")
    }
    if isBackgroundTransparent { remarks.append("The background is transparent.") }
    if primary.isEmpty { remarks.append("Nothing can be seen in the image: it has no colours.") }
    return remarks
  }
}

extension IDF.DensityZones {
  fileprivate init(_ zones: ImageMeasures.Zones) {
    self.init(
      upperLeft: .init(coverage: zones.upperLeft), upperRight: .init(coverage: zones.upperRight),
      central: .init(coverage: zones.central), lowerLeft: .init(coverage: zones.lowerLeft),
      lowerRight: .init(coverage: zones.lowerRight))
  }
}
