import Core

extension Fault {
  package static func objectUnreadable(_ name: String) -> Fault {
    Fault(
      .objectUnreadable, "The object \"\(name)\" is intact but can't be read.",
      hint: "Use the ledgerctl that wrote it, or a newer one.")
  }
}
