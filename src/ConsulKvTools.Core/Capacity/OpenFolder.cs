namespace ConsulKvTools.Capacity;

/// <summary>A folder whose keys are still coming.</summary>
/// <param name="length">How long its prefix is, in characters of the key.</param>
internal sealed class OpenFolder(int length)
{
    /// <summary>How long its prefix is, in characters of the key.</summary>
    public int Length { get; } = length;

    public long Keys { get; set; }

    public long Bytes { get; set; }

    public long StoredBytes { get; set; }

    public long Children { get; set; }

    /// <summary>Keys directly in it.</summary>
    public long OwnKeys { get; set; }

    /// <summary>Bytes of a transaction that sets them all.</summary>
    public long TransactionBytes { get; set; }
}
