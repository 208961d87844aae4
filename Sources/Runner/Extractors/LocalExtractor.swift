/// Extracts design facts from the pixels alone: needs no server, no network and no key.
///
/// Same bytes, same facts, on every machine and in every run; what pixels cannot tell (specimens, mode,
/// purpose) comes from the manifest's specs.
public struct LocalExtractor: Extractor {
  /// Raised whenever the same bytes would give other facts, so that stored results are not mistaken for new
  /// ones.
  static let version = "2"

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
      measures, specimens: request.specs["specimens"]?.array?.compactMap(\.string) ?? [],
      mode: request.specs["mode"]?.string, purpose: request.specs["purpose"]?.string)
    return ExtractionReply(idf: idf, notes: measures.remarks)
  }

  public func shutDown() async {}

  private static func refusal(for fault: Fault) -> ExtractorRefusal {
    switch fault.exit {
    case .interrupted: .cancelled
    case .disk, .canGoOn, .configuration: .surroundings(message: fault.message)
    default: .rejected(message: fault.message, retryable: false)
    }
  }
}

extension IDF {
  /// What was measured, and what somebody said of the image.
  package init(
    _ measures: ImageMeasures, specimens: [String] = [], mode: String? = nil, purpose: String? = nil
  ) {
    self.init(
      dimensions: measures.facts.dimensions, background: measures.background?.hex ?? Self.transparent,
      palette: Palette(primary: measures.primary.map(\.hex), accents: measures.accents.map(\.hex)),
      densityZones: measures.densityZones, transparency: measures.transparency, edges: measures.edges,
      specimens: specimens, mode: mode, purpose: purpose)
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
