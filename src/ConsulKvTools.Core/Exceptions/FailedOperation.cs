namespace ConsulKvTools;

/// <summary>What a command was doing when it failed, so that a diagnosis can start from there.</summary>
/// <param name="Session">The session it used; it may have been removed since.</param>
/// <param name="Key">The key or prefix; null when it concerned none.</param>
/// <param name="Operation">What was to be done to the key.</param>
/// <param name="ValueSize">Bytes that were to be written; null when none were. The value itself is not kept.</param>
public sealed record FailedOperation(ConsulKvSession Session, string? Key, AclOperation Operation, int? ValueSize)
{
    /// <summary>The diagnosis of the same operation: as many zeros stand in for the value.</summary>
    internal DiagnosisRequest Diagnose(DiagnosisRequest settings) =>
        settings with { Key = string.IsNullOrEmpty(Key) ? null : Key, Operation = Operation, Value = ValueSize is { } size ? new byte[size] : null };
}
