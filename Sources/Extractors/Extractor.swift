import BatchModel
import Core
import FileStore
import StrictJSON

/// Something that turns an image into its design facts.
public protocol Extractor: Sendable {
  /// Name, version, model, tool schema and options, as far as known without a call; part of the stage's key.
  var identity: ExtractorIdentity { get async throws(ExtractorRefusal) }

  /// The identity as far as it can be told without contacting anybody: computed again, or `last`, what the extractor
  /// said of itself when it was last asked, where nothing that is known contradicts it; nil where it must be asked.
  func identityUnasked(last: ExtractorIdentity?) -> ExtractorIdentity?

  /// Asks for one asset. Cancelling the task ends the call.
  func extract(_ request: ExtractionRequest) async throws(ExtractorRefusal) -> ExtractionReply

  /// Ends what the extractor holds, such as a server process and its children.
  func shutDown() async
}

extension Extractor {
  /// An extractor that depends on nothing here is still who it was.
  public func identityUnasked(last: ExtractorIdentity?) -> ExtractorIdentity? { last }
}

/// What an extractor is asked: an image as a private copy under its digest, and what the manifest says of it.
public struct ExtractionRequest: Sendable {
  public var asset: AssetID
  /// Path of the pinned copy of the image.
  public var imagePath: String
  /// Name of the user's own file, such as `asset-3-validated.png`.
  public var fileName: String
  public var image: Digest
  /// What was measured in the pixels; nil for the local extractor, which adds nothing to it.
  public var measured: IDF?
  /// The manifest's `specs`, an object.
  public var specs: JSONValue
  /// The same for every repetition of the same call, for tools that take one.
  public var idempotencyKey: String

  public init(
    asset: AssetID, imagePath: String, fileName: String, image: Digest, measured: IDF?, specs: JSONValue,
    idempotencyKey: String
  ) {
    self.asset = asset
    self.imagePath = imagePath
    self.fileName = fileName
    self.image = image
    self.measured = measured
    self.specs = specs
    self.idempotencyKey = idempotencyKey
  }
}

/// What was said of an image. Nothing is required of it: what pixels tell is measured, and the rest may be missing.
public struct ExtractionReply: Sendable, Hashable {
  /// A JSON object in the form of `idf/v1` or one of the spellings that are understood.
  public var said: JSONValue
  /// What the outside program said, redacted; nil where nothing outside was asked.
  public var raw: String?
  /// Things worth telling the user, such as a banner that was skipped.
  public var notes: [String]

  public init(said: JSONValue, raw: String? = nil, notes: [String] = []) {
    self.said = said
    self.raw = raw
    self.notes = notes
  }
}
