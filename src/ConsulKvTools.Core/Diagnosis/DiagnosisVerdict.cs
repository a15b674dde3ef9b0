namespace ConsulKvTools;

/// <summary>The whole diagnosis in one word.</summary>
public enum DiagnosisVerdict
{
    /// <summary>Nothing stands in the way of the write.</summary>
    Healthy,

    /// <summary>The write works, but something is worth mending.</summary>
    Degraded,

    /// <summary>Something stops the write; the root cause names it.</summary>
    Faulty,
}
