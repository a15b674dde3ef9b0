using System.Diagnostics;
using System.Text.RegularExpressions;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Acl;

/// <summary>Runs suggested commands as an admin would paste them: with the real binary, in a shell.</summary>
internal static partial class Grants
{
    /// <summary>Runs the commands line by line; gives the secret of a token that they made, or null.</summary>
    public static async Task<string?> ApplyAsync(ConsulAgent agent, string commands)
    {
        var binary = ConsulBinary.Locate().Path;
        string? secret = null;
        foreach (var line in commands.Split('\n'))
        {
            var start = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true, RedirectStandardError = true };
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add(line);
            start.Environment["PATH"] = Path.GetDirectoryName(binary) + ":" + Environment.GetEnvironmentVariable("PATH");
            start.Environment["CONSUL_HTTP_ADDR"] = agent.Address.OriginalString;
            start.Environment["CONSUL_HTTP_TOKEN"] = agent.ManagementToken;
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            var text = await output;
            // Tests that share an agent may suggest the same grant: the policy is then there already.
            Assert.True(process.ExitCode == 0 || error.Contains("already exists", StringComparison.Ordinal), $"{line}\n{text}{error}");
            if (line.StartsWith("consul acl token create", StringComparison.Ordinal)) secret = Secret().Match(text).Groups[1].Value;
        }
        return secret;
    }

    [GeneratedRegex(@"SecretID:\s+(\S+)")]
    private static partial Regex Secret();
}
