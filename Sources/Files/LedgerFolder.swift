/// The folder in a project's root that holds its ledger.
package enum LedgerFolder {
  package static let name = ".ledger"
}
