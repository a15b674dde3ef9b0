namespace ConsulKvTools;

/// <summary>What has changed between two diagnoses.</summary>
public enum DiagnosisChangeKind
{
    /// <summary>A setting of the session has another value or comes from another source.</summary>
    Setting,

    /// <summary>Something seen on the way is different: addresses, certificate, version, leader, token, limits.</summary>
    Fact,

    /// <summary>A finding is new.</summary>
    FindingAppeared,

    /// <summary>A finding is gone.</summary>
    FindingGone,

    /// <summary>A finding weighs more or less than before, or is explained by another one.</summary>
    FindingChanged,

    /// <summary>A probe ends in another way.</summary>
    Probe,

    /// <summary>A probe takes clearly longer: at least three times as long, and half a second longer.</summary>
    Timing,
}
