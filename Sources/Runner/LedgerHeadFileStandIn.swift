import Ledger
struct LedgerHeadFile { var path: String; func write(_ head: LedgerHead) throws(StoreError) {} }
