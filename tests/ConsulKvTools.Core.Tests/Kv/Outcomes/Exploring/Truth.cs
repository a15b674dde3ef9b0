namespace ConsulKvTools.Tests.Kv.Outcomes.Exploring;

/// <summary>What really became of a write.</summary>
[Flags]
internal enum Truth
{
    None = 0,

    /// <summary>What it means happened during the call.</summary>
    Happened = 1,

    /// <summary>It did not and cannot any more.</summary>
    Never = 2,

    /// <summary>It did not, but a lost attempt can still arrive.</summary>
    Open = 4,
}
