namespace ConsulKvTools.Diagnosis.Processes;

/// <summary>Linux's numbers for errors that have no exception of their own.</summary>
internal static class ErrorNumber
{
    /// <summary>ENFILE: no process of this system may open another file.</summary>
    public const int SystemFilesExhausted = 23;

    /// <summary>EMFILE: this process may not open another file.</summary>
    public const int ProcessFilesExhausted = 24;
}
