// What the runner's public interface is made of: a user of the product imports `Runner` alone.
@_exported import BatchModel
@_exported import Core
@_exported import Extractors
@_exported import FileStore
@_exported import Files
@_exported import Redaction
@_exported import StrictJSON
@_exported import Subprocesses
