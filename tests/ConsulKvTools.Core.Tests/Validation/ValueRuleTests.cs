using System.Text;
using System.Text.Json;
using ConsulKvTools.Validation;
using ValueType = ConsulKvTools.Validation.ValueType;

namespace ConsulKvTools.Tests.Validation;

public sealed class ValueRuleTests
{
    [Theory]
    [InlineData("Integer", "42", "4.2")]
    [InlineData("Integer", "-7", "")]
    [InlineData("Integer", "123456789012345678901234567890", "0x10")]
    [InlineData("Number", "1e3", "NaN")]
    [InlineData("Number", "-0.5", "1,5")]
    [InlineData("Boolean", "True", "1")]
    [InlineData("Boolean", "false", " false")]
    [InlineData("Guid", "0f8fad5b-d9cb-469f-a165-70867728950e", "0f8fad5bd9cb469fa16570867728950e")]
    [InlineData("Uri", "https://a.example/x", "/etc/passwd")]
    [InlineData("Uri", "urn:a:b", "a.example")]
    [InlineData("Duration", "1m30s", "90")]
    [InlineData("DateTime", "2026-11-22", "22.11.2026")]
    [InlineData("DateTime", "2026-11-22T23:00:00Z", "2026-13-01")]
    [InlineData("Base64", "AQI=", "AQI")]
    [InlineData("NotEmpty", "x", " \n")]
    [InlineData("Json", "[1]", "[1")]
    public void A_type_takes_its_own_and_nothing_else(string type, string fits, string misfit)
    {
        Assert.True(ValueTypes.Is(fits, Enum.Parse<ValueType>(type)));
        Assert.False(ValueTypes.Is(misfit, Enum.Parse<ValueType>(type)));
    }

    [Theory]
    [InlineData("""{ "a": "Integer" }""", """{"a":1,"more":2}""", null)]
    [InlineData("""{ "a": "Integer" }""", """{"a":1.5}""", "$.a is a Number, not Integer")]
    [InlineData("""{ "a": "Integer" }""", """{}""", "$.a is missing")]
    [InlineData("""{ "a?": "Integer" }""", """{}""", null)]
    [InlineData("""{ "a": "String|Null" }""", """{"a":null}""", null)]
    [InlineData("""{ "a": "String|Null" }""", """{"a":false}""", "$.a is a Boolean, not String or Null")]
    [InlineData("""{ "a": ["String"] }""", """{"a":["x",1]}""", "$.a[1] is a Number, not String")]
    [InlineData("""{ "*": "None" }""", """{"a":1}""", "$.a must not be there")]
    [InlineData("""{ "a": "Any", "*": "Boolean" }""", """{"a":1,"b":true,"c":2}""", "$.c is a Number, not Boolean")]
    [InlineData("""["Guid"]""", """["x"]""", "$[0] is a String, not Guid")]
    [InlineData("\"Object\"", "[]", "$ is a Array, not Object")]
    public void A_shape_says_what_does_not_fit(string shape, string document, string? problem)
    {
        var problems = new List<(string, string)>();
        var read = JsonShape.Read(Plain(JsonSerializer.Deserialize<JsonElement>(shape)), "Json", problems);
        Assert.Empty(problems);
        Assert.Equal(problem, read!.Problem(JsonSerializer.Deserialize<JsonElement>(document), "$"));
    }

    [Fact]
    public async Task What_is_no_text_fits_no_rule_for_text()
    {
        var entry = new ConsulKvEntry { Key = "a", Bytes = [0xff, 0xfe] };
        var problem = await new ValueRules { Type = ValueType.Text }.ProblemAsync(entry, new EnvironmentCheckContext(null));
        Assert.Contains("no UTF-8", problem, StringComparison.Ordinal);
        Assert.Null(await new ValueRules { MaximumBytes = 2 }.ProblemAsync(entry, new EnvironmentCheckContext(null)));
    }

    [Fact]
    public async Task A_schema_is_tested_by_who_can_and_its_misfit_is_a_problem()
    {
        var entry = new ConsulKvEntry { Key = "a", Bytes = Encoding.UTF8.GetBytes("{}") };
        var asked = new List<string>();
        var context = new EnvironmentCheckContext((document, schema) =>
        {
            asked.Add(document + schema);
            return Task.FromResult<string?>("at /a");
        });
        Assert.Contains("at /a", await new ValueRules { Schema = "true" }.ProblemAsync(entry, context), StringComparison.Ordinal);
        Assert.Equal(["{}true"], asked);
        Assert.Null(context.Skipped);
    }

    private static object? Plain(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().ToDictionary(one => one.Name, one => Plain(one.Value)),
        JsonValueKind.Array => element.EnumerateArray().Select(Plain).ToArray(),
        _ => element.GetString(),
    };
}
