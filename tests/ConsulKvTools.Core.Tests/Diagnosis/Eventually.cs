namespace ConsulKvTools.Tests.Diagnosis;

/// <summary>For faults that take a moment to show.</summary>
internal static class Eventually
{
    public static async Task NamesAsync(string codes, Func<Task<ConsulDiagnosis>> run)
    {
        // Gossip takes its time to call a dead server dead.
        var until = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            var diagnosis = await run();
            if (codes.Split('|').Contains(diagnosis.RootCause?.Code)) return;
            if (DateTime.UtcNow > until) Diagnose.Names(codes, diagnosis);
            await Task.Delay(1000);
        }
    }

    /// <summary>The first diagnosis that is healthy.</summary>
    public static async Task<ConsulDiagnosis> HealthyAsync(Func<Task<ConsulDiagnosis>> run)
    {
        var until = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            var diagnosis = await run();
            if (diagnosis.Verdict == DiagnosisVerdict.Healthy) return diagnosis;
            if (DateTime.UtcNow > until) Diagnose.IsHealthy(diagnosis);
            await Task.Delay(1000);
        }
    }
}
