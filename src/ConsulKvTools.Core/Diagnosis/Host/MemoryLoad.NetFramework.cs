namespace ConsulKvTools.Diagnosis.Host;

/// <summary>How full the machine's memory is. .NET Framework does not say.</summary>
internal static class MemoryLoad
{
    /// <summary>Always null.</summary>
    public static (long Available, long Total)? Read() => null;
}
