using System.Diagnostics;

namespace ConsulKvTools.Diagnosis.Processes;

/// <summary>This process.</summary>
internal static class OwnProcess
{
    private static readonly Lazy<int> Number = new(() =>
    {
        using var own = Process.GetCurrentProcess();
        return own.Id;
    });

    /// <summary>Its id.</summary>
    public static int Id => Number.Value;
}
