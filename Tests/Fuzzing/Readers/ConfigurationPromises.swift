import Core
import Runner

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A configuration is refused with 78, or is the same after it was stored with a registration.
enum ConfigurationPromises {
  static func check(_ bytes: [UInt8]) throws(BrokenPromise) {
    do {
      let configuration = try Configuration.read(bytes, path: "ledger.yaml")
      let stored = try? JSONDecoder().decode(
        Configuration.self, from: JSONEncoder().encode(configuration))
      try promise(stored == configuration, "stored and read again, the configuration is another one")
    } catch let broken as BrokenPromise {
      throw broken
    } catch let faults as Faults {
      try promise(!faults.all.isEmpty, "the configuration was refused without a message")
      for fault in faults.all {
        try promise(fault.exit == .configuration, "\(fault.code) exits with \(fault.exit)")
        try promise(fault.message.utf8.count < 8000, "\(fault.code) says \(fault.message.utf8.count) bytes")
        try promise((fault.line ?? 1) >= 1 && (fault.column ?? 1) >= 1, "\(fault.code) has no valid place")
      }
    } catch {
      throw BrokenPromise("an error of another kind came: \(error)")
    }
  }
}
