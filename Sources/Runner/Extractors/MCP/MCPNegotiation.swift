/// Finds out by asking which kind of the protocol a server speaks, and who it is.
struct MCPNegotiation: Sendable {
  /// What was found out.
  struct Agreement: Hashable, Sendable {
    var version: MCPVersion
    var serverName: String
    var serverVersion: String
  }

  enum Failure: Error, Hashable, Sendable {
    /// The server ended when it was asked in the newer way; it may live when asked in the older one.
    case diedOfProbe(String)
    case other(MCPFailure)
  }

  /// The error of a server that doesn't speak the version it was asked in; it says which ones it does.
  private static let unsupportedVersion: Int64 = -32022

  let connection: MCPConnection
  let pinned: MCPVersion?
  let timeout: Duration
  /// How long the first question may take: a server that doesn't know it may leave it unanswered.
  let probeTimeout: Duration

  func agree() async throws(Failure) -> Agreement {
    if let pinned, !pinned.isStateless { return try await shakeHands(pinned) }
    let probed = await discover(pinned ?? .newestStateless)
    switch probed {
    case .success(let result):
      if supported(result["supportedVersions"]).contains(.newestStateless) {
        return agreement(.newestStateless, serverInfo: result["_meta"]?[Self.serverInfoKey])
      }
      guard pinned == nil else { throw .other(.broken(Self.noCommon(result["supportedVersions"]))) }
      return try await shakeHands(.newestOfHandshake)
    case .failure(.error(let error)):
      return try await agree(afterError: error)
    case .failure(.timedOut), .failure(.unreadable):
      if pinned == nil { return try await shakeHands(.newestOfHandshake) }
    case .failure(.closed(let how)):
      throw pinned == nil ? .diedOfProbe(how) : .other(.closed(how))
    case .failure(.broken), .failure(.surroundings), .failure(.cancelled): break
    }
    guard case .failure(let failure) = probed else { preconditionFailure("A success has returned above.") }
    throw .other(failure)
  }

  private func agree(afterError error: MCPMessage.RPCError) async throws(Failure) -> Agreement {
    if error.code == Self.unsupportedVersion, let versions = error.data?["supported"], versions.array != nil {
      guard supported(versions).contains(where: { !$0.isStateless }), pinned == nil else {
        throw .other(.broken(Self.noCommon(versions)))
      }
    }
    guard pinned == nil else { throw .other(.error(error)) }
    return try await shakeHands(.newestOfHandshake)
  }

  private func shakeHands(_ version: MCPVersion) async throws(Failure) -> Agreement {
    let asked = await connection.request("initialize", timeout: timeout, hardLimit: timeout) { _ in
      [
        "protocolVersion": .string(version.rawValue), "capabilities": .object([]),
        "clientInfo": Self.clientInfo,
      ]
    }
    let result: JSONValue
    switch asked {
    case .success(let value): result = value
    case .failure(.error(let error)) where error.code == Self.unsupportedVersion && pinned == nil:
      return try await discoverAfterAll(error)
    // Here the newer question has been asked before, and may be what it died of a little later.
    case .failure(.closed(let how)) where pinned == nil: throw .diedOfProbe(how)
    case .failure(let failure): throw .other(failure)
    }
    let returned = result["protocolVersion"]?.string
    // A server that doesn't know the version it is offered answers with one that it does.
    guard let agreed = returned.flatMap(MCPVersion.init(rawValue:)), !agreed.isStateless else {
      let expected = MCPVersion.allCases.filter { !$0.isStateless }
      throw .other(
        .broken(
          "expected protocol version \(expected.map(\.rawValue).joined(separator: ", ")), "
            + "found \(result["protocolVersion"]?.shown ?? "none")"))
    }
    await connection.notify("notifications/initialized")
    return agreement(agreed, serverInfo: result["serverInfo"])
  }

  /// A server that answered the first question too late has by then settled on the newer kind, and says so.
  private func discoverAfterAll(_ error: MCPMessage.RPCError) async throws(Failure) -> Agreement {
    guard supported(error.data?["supported"]).contains(.newestStateless) else { throw .other(.error(error)) }
    switch await discover(.newestStateless) {
    case .success(let result):
      return agreement(.newestStateless, serverInfo: result["_meta"]?[Self.serverInfoKey])
    case .failure(let failure): throw .other(failure)
    }
  }

  private func discover(_ version: MCPVersion) async -> Result<JSONValue, MCPFailure> {
    let limit = pinned == nil ? min(timeout, probeTimeout) : timeout
    return await connection.request("server/discover", timeout: limit, hardLimit: limit) { _ in
      ["_meta": .object(Self.envelope(version))]
    }
  }

  private func agreement(_ version: MCPVersion, serverInfo: JSONValue?) -> Agreement {
    Agreement(
      version: version, serverName: serverInfo?["name"]?.string ?? "",
      serverVersion: serverInfo?["version"]?.string ?? "")
  }

  private func supported(_ versions: JSONValue?) -> [MCPVersion] {
    (versions?.array ?? []).compactMap { $0.string.flatMap(MCPVersion.init(rawValue:)) }
  }

  private static func noCommon(_ versions: JSONValue?) -> String {
    let found = (versions?.array ?? []).map(\.shown).joined(separator: ", ")
    return "expected protocol version \(MCPVersion.newestStateless.rawValue) or an older one, found \(found)"
  }

  static let clientInfo: JSONValue = ["name": "ledgerctl", "version": "1"]
  private static let serverInfoKey = "io.modelcontextprotocol/serverInfo"

  /// What every request of the stateless kind says about who asks, in its `_meta`.
  static func envelope(_ version: MCPVersion) -> [JSONValue.Member] {
    guard version.isStateless else { return [] }
    return [
      .init("io.modelcontextprotocol/protocolVersion", .string(version.rawValue)),
      .init("io.modelcontextprotocol/clientCapabilities", .object([])),
      .init("io.modelcontextprotocol/clientInfo", clientInfo),
    ]
  }
}
