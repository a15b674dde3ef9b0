using System.Diagnostics;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Reports;

/// <summary>A real browser without a window, when there is one on this machine.</summary>
internal sealed class Chromium : IDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private readonly DirectoryInfo profile = Directory.CreateTempSubdirectory("consulkvtools-chromium-");

    /// <summary>Where the browser is; null when this machine has none.</summary>
    public static string? Executable { get; } = Environment.GetEnvironmentVariable("CHROMIUM_BIN") is { Length: > 0 } given ? given
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    /// <summary>Runs the browser to its end.</summary>
    /// <returns>What it wrote: the page on the output, its console among the errors.</returns>
    public async Task<(string Output, string Errors)> RunAsync(Uri page, params string[] options)
    {
        var start = new ProcessStartInfo(Executable!) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var option in (string[])[
            // The sandbox needs rights that a container does not give; the page is our own.
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps", "--no-pings",
            "--enable-logging=stderr", "--log-level=0", "--hide-scrollbars", $"--user-data-dir={profile.FullName}", .. options, page.AbsoluteUri])
            start.ArgumentList.Add(option);
        using var browser = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        try
        {
            var output = browser.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = browser.StandardError.ReadToEndAsync(limit.Token);
            await browser.WaitForExitAsync(limit.Token);
            return (await output, await errors);
        }
        finally
        {
            if (!browser.HasExited) browser.Kill(entireProcessTree: true);
        }
    }

    public void Dispose()
    {
        try
        {
            profile.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A helper process of the browser still writes; the folder is temporary.
        }
    }
}
