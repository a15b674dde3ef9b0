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

    /// <summary>Waits until <paramref name="holds"/>, ten seconds at most.</summary>
    public static async Task HoldsAsync(Func<bool> holds)
    {
        var until = DateTime.UtcNow.AddSeconds(10);
        while (!holds())
        {
            Assert.True(DateTime.UtcNow < until, "it did not come about");
            await Task.Delay(50);
        }
    }
}
