using System.Text.RegularExpressions;

namespace ConsulKvTools.Tests.Faults;

/// <summary>What the running test broke, in the words of its own name: they are the promise it checks.</summary>
internal static partial class TestWords
{
    /// <summary><c>Server certificate: issuer that is no authority (-tls1_3)</c>.</summary>
    public static string Here
    {
        get
        {
            var method = TestContext.Current.TestMethod?.MethodName ?? throw new InvalidOperationException("No test is running.");
            var type = TestContext.Current.TestClass?.TestClassSimpleName ?? "";
            var shown = TestContext.Current.Test?.TestDisplayName ?? "";
            var arguments = string.Join(", ", Values().Matches(shown).Select(match => match.Groups[1].Value.Trim('"')));
            var area = string.Join(' ', Words().Matches(type.Replace("Tests", "", StringComparison.Ordinal)).Select((word, index) => index == 0 ? word.Value : word.Value.ToLowerInvariant()));
            return $"{area}: {char.ToLowerInvariant(method[0])}{method[1..].Replace('_', ' ')}{(arguments.Length is > 0 and < 80 ? $" ({arguments})" : "")}";
        }
    }

    [GeneratedRegex("[A-Z][a-z0-9]*")]
    private static partial Regex Words();

    // Of the arguments in a display name, those that say something: not the code, which stands beside it.
    [GeneratedRegex("""(?:\(|, )(?!code:)[a-zA-Z]+: ("[^"]*"|[^,)]+)""")]
    private static partial Regex Values();
}
