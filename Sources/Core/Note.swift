/// A sentence for the user that is not a fault.
public struct Note: Hashable, Sendable {
  /// Part of the contract: scripts tell notes apart by it.
  public var code: String
  public var message: String
  /// The asset that it is about, if it is about one.
  public var asset: String?

  public init(_ code: String, _ message: String, asset: String? = nil) {
    self.code = code
    self.message = message
    self.asset = asset
  }
}
