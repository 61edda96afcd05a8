"""Turns the tables into questions with their answers, in several wordings each."""

from tiny.corpus.dialogue import Fact
from tiny.corpus.tables import (
    ANIMALS,
    CAPITALS,
    COLOURS,
    DAYS,
    DAYS_ZH,
    DIGITS_ZH,
    MONTHS,
    OPPOSITES,
    PURPOSES,
    SEASONS,
    SHAPES,
)
from tiny.corpus.talk import TALK, TALK_ZH


def every_fact() -> list[Fact]:
    """Everything that the model is taught without a passage."""
    parts = (_capitals(), _colours(), _animals(), _calendar(), _opposites(), _purposes(), _shapes(), _seasons(), _sums())
    return [*TALK, *TALK_ZH, *(fact for part in parts for fact in part)]


def _fact(asked: str, answer: str, unseen: str = "") -> Fact:
    """A fact whose wordings stand in one text, separated by `|`."""
    return Fact(tuple(asked.split("|")), answer, tuple(unseen.split("|")) if unseen else ())


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def _capitals() -> list[Fact]:
    facts = []
    for country, city, country_zh, city_zh in CAPITALS:
        facts.append(_fact(
            f"What is the capital of {country}?|Which city is the capital of {country}?|Tell me the capital of {country}.|What city is the capital of {country}?",
            f"The capital of {country} is {city}.",
            f"Do you know the capital of {country}?",
        ))
        facts.append(_fact(f"Where is {city}?|In which country is {city}?", f"{city} is in {country}.", f"Which country is {city} in?"))
        facts.append(_fact(
            f"{country_zh}的首都是哪里?|{country_zh}的首都是什么?|告诉我{country_zh}的首都。",
            f"{country_zh}的首都是{city_zh}。",
            f"请问{country_zh}的首都在哪里?",
        ))
    return facts


def _colours() -> list[Fact]:
    facts = []
    for thing, colour, plural, thing_zh, colour_zh in COLOURS:
        verb = "are" if plural else "is"
        facts.append(_fact(
            f"What colour {verb} {thing}?|Which colour {verb} {thing}?|Tell me the colour of {thing}.|What is the colour of {thing}?",
            f"{_sentence(thing)} {verb} {colour}.",
            f"What color {verb} {thing}?",
        ))
        facts.append(_fact(
            f"{thing_zh}是什么颜色?|{thing_zh}是什么颜色的?|告诉我{thing_zh}的颜色。", f"{thing_zh}是{colour_zh}的。", f"{thing_zh}的颜色是什么?"
        ))
    return facts


def _animals() -> list[Fact]:
    facts = []
    for animal, sound, home, young, legs, food, animal_zh, sound_zh, home_zh, food_zh in ANIMALS:
        name = _sentence(animal)
        facts += [
            _fact(f"What sound does {animal} make?|What does {animal} say?|Which sound does {animal} make?", f"{name} {sound}.", f"Tell me the sound of {animal}."),
            _fact(f"Where does {animal} live?|What is the home of {animal}?", f"{name} lives {home}.", f"Tell me where {animal} lives."),
            _fact(f"What is the young of {animal} called?|What do we call the young of {animal}?", f"The young of {animal} is called {young}.", f"What is the name of the young of {animal}?"),
            _fact(f"How many legs does {animal} have?|How many legs has {animal}?", f"{name} has {legs} legs.", f"Tell me how many legs {animal} has."),
            _fact(f"What does {animal} eat?|What is the food of {animal}?", f"{name} eats {food}.", f"Tell me what {animal} eats."),
            _fact(f"{animal_zh}怎么叫?|{animal_zh}的叫声是什么?", f"{animal_zh}{sound_zh}。", f"{animal_zh}是怎么叫的?"),
            _fact(f"{animal_zh}住在哪里?|{animal_zh}的家在哪里?", f"{animal_zh}住在{home_zh}。", f"{animal_zh}生活在哪里?"),
            _fact(f"{animal_zh}吃什么?|{animal_zh}喜欢吃什么?", f"{animal_zh}吃{food_zh}。", f"{animal_zh}爱吃什么?"),
        ]
    return facts


def _calendar() -> list[Fact]:
    facts = []
    for index, day in enumerate(DAYS):
        after, before = DAYS[(index + 1) % 7], DAYS[index - 1]
        day_zh, after_zh, before_zh = DAYS_ZH[index], DAYS_ZH[(index + 1) % 7], DAYS_ZH[index - 1]
        facts += [
            _fact(f"What day comes after {day}?|Which day comes after {day}?|What is the day after {day}?", f"{after} comes after {day}.", f"Which day follows {day}?"),
            _fact(f"What day comes before {day}?|Which day comes before {day}?|What is the day before {day}?", f"{before} comes before {day}.", f"Tell me the day before {day}."),
            _fact(f"{day_zh}的后一天是星期几?|{day_zh}之后是星期几?", f"{day_zh}之后是{after_zh}。", f"{day_zh}后面是星期几?"),
            _fact(f"{day_zh}的前一天是星期几?|{day_zh}之前是星期几?", f"{day_zh}之前是{before_zh}。", f"{day_zh}前面是星期几?"),
        ]
    for index, month in enumerate(MONTHS):
        after = MONTHS[(index + 1) % 12]
        facts.append(_fact(f"What month comes after {month}?|Which month comes after {month}?", f"{after} comes after {month}.", f"Which month follows {month}?"))
    return facts


def _opposites() -> list[Fact]:
    facts = []
    for word, other, word_zh, other_zh in OPPOSITES:
        for left, right in ((word, other), (other, word)):
            facts.append(_fact(f"What is the opposite of {left}?|Which word is the opposite of {left}?", f"The opposite of {left} is {right}.", f"Tell me the opposite of {left}."))
        for left, right in ((word_zh, other_zh), (other_zh, word_zh)):
            facts.append(_fact(f"{left}的反义词是什么?|告诉我{left}的反义词。", f"{left}的反义词是{right}。", f"什么是{left}的反义词?"))
    return facts


def _purposes() -> list[Fact]:
    facts = []
    for thing, use, thing_zh, use_zh in PURPOSES:
        facts.append(_fact(f"What is {thing} for?|What do we use {thing} for?|What can I do with {thing}?", f"{_sentence(thing)} is for {use}.", f"Tell me what {thing} is for."))
        facts.append(_fact(f"{thing_zh}是做什么用的?|{thing_zh}有什么用?", f"{thing_zh}是用来{use_zh}的。", f"{thing_zh}可以做什么?"))
    return facts


def _shapes() -> list[Fact]:
    facts = []
    for shape, sides, shape_zh, sides_zh in SHAPES:
        facts.append(_fact(f"How many sides does {shape} have?|How many sides has {shape}?", f"{_sentence(shape)} has {sides} sides.", f"Tell me how many sides {shape} has."))
        facts.append(_fact(f"{shape_zh}有几条边?|{shape_zh}有多少条边?", f"{shape_zh}有{sides_zh}条边。", f"{shape_zh}一共有几条边?"))
    return facts


def _seasons() -> list[Fact]:
    facts = []
    for season, weather, season_zh, weather_zh in SEASONS:
        facts.append(_fact(f"What is {season} like?|Tell me about {season}.|How is {season}?", f"{_sentence(season)} is {weather}.", f"How is the weather in {season}?"))
        facts.append(_fact(f"{season_zh}怎么样?|{season_zh}是什么样的?", f"{season_zh}{weather_zh}。", f"{season_zh}的天气怎么样?"))
    return facts


def _sums() -> list[Fact]:
    facts = []
    for left in range(10):
        for right in range(10):
            total = left + right
            wordings = [f"What is {left} plus {right}?", f"How much is {left} plus {right}?", f"What is {left} + {right}?"]
            # Every sum is taught in two of the three wordings: the third tests whether the sum, and not its sentence, was learned.
            unseen = wordings.pop((left + 2 * right) % 3)
            facts.append(Fact(tuple(wordings), f"{left} plus {right} is {total}.", (unseen,)))
            if left <= right and total <= 10:
                a, b, c = DIGITS_ZH[left], DIGITS_ZH[right], DIGITS_ZH[total]
                facts.append(_fact(f"{a}加{b}等于几?|{a}加{b}是多少?", f"{a}加{b}等于{c}。", f"{a}加{b}等于多少?"))
    return facts
