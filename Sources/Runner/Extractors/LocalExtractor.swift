/// Extracts design facts from the pixels alone: needs no server, no network and no key.
///
/// Same bytes, same facts, on every machine and in every run; what pixels cannot tell (specimens, mode,
/// purpose) comes from the manifest's specs.
public struct LocalExtractor: Extractor {
  /// Raised whenever the same bytes would give other facts, so that stored results are not mistaken for new
  /// ones.
  static let version = "1"

  public init() {}

  public var identity: ExtractorIdentity {
    ExtractorIdentity(kind: "local", parts: ["name": "ledgerctl-local", "version": Self.version])
  }

  public func identityUnasked(last: ExtractorIdentity?) -> ExtractorIdentity? { identity }

  public func extract(
    _ request: ExtractionRequest
  ) async throws(ExtractorRefusal) -> ExtractionReply {
    let measures: ImageMeasures
    do {
      measures = try ImageAnalysis.analyse(path: request.imagePath, named: request.asset.text)
    } catch {
      throw Self.refusal(for: error)
    }
    guard measures.facts.dimensions == request.dimensions else {
      throw .badReply(
        message: "the image has \(measures.facts.width) × \(measures.facts.height) pixels, expected "
          + "\(request.dimensions.width) × \(request.dimensions.height)", raw: nil, retryable: false)
    }
    let idf = IDF(
      dimensions: measures.facts.dimensions, background: measures.background.hex,
      palette: IDF.Palette(
        primary: measures.primary.map(\.hex), accents: measures.accents.map(\.hex)),
      densityZones: measures.densityZones,
      specimens: request.specs["specimens"]?.array?.compactMap(\.string) ?? [],
      mode: request.specs["mode"]?.string, purpose: request.specs["purpose"]?.string)
    return ExtractionReply(idf: idf, notes: Self.notes(on: measures))
  }

  public func shutDown() async {}

  private static func refusal(for fault: Fault) -> ExtractorRefusal {
    switch fault.exit {
    case .interrupted: .cancelled
    case .disk, .canGoOn, .configuration: .surroundings(message: fault.message)
    default: .rejected(message: fault.message, retryable: false)
    }
  }

  private static func notes(on measures: ImageMeasures) -> [String] {
    let notes = Set(measures.facts.notes)
    var lines: [String] = []
    if notes.contains(.colourProfile) || notes.contains(.gamma) && !notes.contains(.srgb) {
      lines.append("a colour profile or gamma is in the image and was not applied: colours are as stored")
    }
    if notes.contains(.animation) { lines.append("the image is animated: only its first frame was measured") }
    if measures.isBackgroundTransparent {
      lines.append("the background is transparent and stands as #ffffff")
    }
    return lines
  }
}
