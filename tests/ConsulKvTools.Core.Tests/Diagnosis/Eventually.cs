namespace ConsulKvTools.Tests.Diagnosis;

/// <summary>For faults that take a moment to show.</summary>
internal static class Eventually
{
    public static async Task<ConsulDiagnosis> NamesAsync(string codes, Func<Task<ConsulDiagnosis>> run)
    {
        // Gossip takes its time to call a dead server dead.
        var until = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            var diagnosis = await run();
            if (codes.Split('|').Contains(diagnosis.RootCause?.Code)) return diagnosis;
            if (DateTime.UtcNow > until) Diagnose.Names(codes, diagnosis);
            await Task.Delay(500);
        }
    }

    public static async Task IsHealthyAsync(Func<Task<ConsulDiagnosis>> run)
    {
        var until = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            var diagnosis = await run();
            if (diagnosis.Verdict == DiagnosisVerdict.Healthy || DateTime.UtcNow > until)
            {
                Diagnose.IsHealthy(diagnosis);
                return;
            }
            await Task.Delay(500);
        }
    }

    /// <summary>The first diagnosis that shows it, or the last one made.</summary>
    public static async Task<ConsulDiagnosis> RunAsync(Func<Task<ConsulDiagnosis>> run, Func<ConsulDiagnosis, bool> shows)
    {
        var until = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            var diagnosis = await run();
            if (shows(diagnosis) || DateTime.UtcNow > until) return diagnosis;
            await Task.Delay(500);
        }
    }

    /// <summary>Waits until a scene has come about.</summary>
    public static async Task HoldsAsync(Func<Task<bool>> holds)
    {
        var until = DateTime.UtcNow.AddSeconds(60);
        while (!await holds())
        {
            Assert.True(DateTime.UtcNow < until, "it did not come about in time");
            await Task.Delay(100);
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

    /// <summary>Waits until <paramref name="holds"/>, ten seconds at most.</summary>
    public static async Task HoldsAsync(Func<bool> holds, Func<string>? otherwise = null)
    {
        var until = DateTime.UtcNow.AddSeconds(10);
        while (!holds())
        {
            Assert.True(DateTime.UtcNow < until, otherwise?.Invoke() ?? "it did not come about");
            await Task.Delay(50);
        }
    }
}
